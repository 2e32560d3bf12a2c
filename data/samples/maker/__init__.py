"""The maker of the sample site: facts.yml → model → forms → reports → files. Nothing here is used by yujue itself."""
