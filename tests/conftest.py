"""Its being here lets every test import the helpers beside it, such as `formulas`."""
