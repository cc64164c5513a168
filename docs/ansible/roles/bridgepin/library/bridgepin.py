#!/usr/bin/python
"""Ansible module: runs `bridgepin check`, tells what changed and shows the diff."""

DOCUMENTATION = r"""
module: bridgepin
short_description: Find Linux bridges whose MAC address floats, and pin it
description:
  - Runs C(bridgepin check) on a host's configuration, with C(--fix) where O(fix) is set.
  - Changes files only. What makes a change take effect stands in the report.
options:
  executable: {type: path, default: bridgepin, description: The program.}
  root: {type: path, default: /, description: The directory that holds the host's configuration.}
  sysfs: {type: str, default: /sys, description: What stands for C(/sys); empty for nothing.}
  fix: {type: bool, default: false, description: Whether files are changed.}
  unsafe_fixes: {type: bool, default: false, description: Whether unsafe fixes are applied too.}
  validate:
    {type: str, default: "", description: A command that looks at each new text before it takes the old one's place.}
  mac: {type: dict, default: {}, description: The addresses that bridges are to have.}
  arguments: {type: list, elements: str, default: [], description: More arguments of C(bridgepin check).}
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
"""

RETURN = r"""
report: {type: dict, returned: when the host could be checked, description: What C(--output-format json) prints.}
remaining: {type: list, elements: str, returned: always, description: A line for each finding that remains, or would.}
"""

import json

from ansible.module_utils.basic import AnsibleModule


def run(module, *arguments):
    """Runs `bridgepin check`; what it prints on stdout and on stderr. Exit code 1 says that findings remain."""
    params = module.params
    command = [params["executable"], "check", "--quiet", "--output-format", "json", "--root", params["root"]]
    if params["sysfs"]:
        command += ["--sysfs", params["sysfs"]]
    for bridge, address in params["mac"].items():
        command += ["--mac", f"{bridge}={address}"]
    if params["unsafe_fixes"]:
        command.append("--unsafe-fixes")
    code, out, err = module.run_command(command + params["arguments"] + list(arguments))
    if code not in (0, 1):
        module.fail_json(msg=f"bridgepin could not do its work: {err.strip()}", rc=code, changed=has_changed(out))
    return out, err


def has_changed(out):
    """Whether a report tells of changed files; a run that failed may have none."""
    try:
        return json.loads(out)["changed"]
    except ValueError:
        return False


def is_fixed_by(params, finding):
    """Whether --fix with these parameters would fix a finding."""
    applicability = (finding["fix"] or {}).get("applicability")
    return applicability == "safe" or (applicability == "unsafe" and params["unsafe_fixes"])


def line(finding):
    return "{file}:{line}: {severity}[{rule}] {message}".format(**finding)


def main():
    options = {
        "executable": {"type": "path", "default": "bridgepin"},
        "root": {"type": "path", "default": "/"},
        "sysfs": {"type": "str", "default": "/sys"},
        "fix": {"type": "bool", "default": False},
        "unsafe_fixes": {"type": "bool", "default": False},
        "validate": {"type": "str", "default": ""},
        "mac": {"type": "dict", "default": {}},
        "arguments": {"type": "list", "elements": "str", "default": []},
    }
    module = AnsibleModule(argument_spec=options, supports_check_mode=True)
    params = module.params
    if module.check_mode and not module.get_bin_path(params["executable"]):
        module.exit_json(skipped=True, msg=f"{params['executable']} is not installed yet")
    result = {"changed": False}
    if params["fix"] and (module.check_mode or module._diff):
        # The patch goes to stdout, the report to stderr.
        patch, report = run(module, "--diff")
        result["diff"] = {"prepared": patch}
    if params["fix"] and module.check_mode:
        report = json.loads(report)
        result["changed"] = bool(patch)
        remaining = [finding for finding in report["findings"] if not is_fixed_by(params, finding)]
    else:
        fix = ["--fix"] if params["fix"] else []
        validate = ["--validate", params["validate"]] if params["fix"] and params["validate"] else []
        out, _ = run(module, *fix, *validate)
        report = json.loads(out)
        result["changed"] = has_changed(out)
        remaining = [finding for finding in report["findings"] if not finding["fixed"]]
    module.exit_json(report=report, remaining=[line(finding) for finding in remaining], **result)


if __name__ == "__main__":
    main()
