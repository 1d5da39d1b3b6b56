pytest_plugins = ["restage_pytest"]
