use super::*;
use crate::examples::{offering, with_packages};
use std::fmt::Write;

fn package(name: &str, from: Option<&str>) -> PlannedPackage {
    PlannedPackage { name: name.to_owned(), from: from.map(str::to_owned), to: Some("2".to_owned()) }
}

#[test]
fn updates_are_graded_by_what_can_be_had_again() {
    let host = offering(
        with_packages("acme/prod/web-1", &[]),
        &[("here", &["2", "1"]), ("gone", &["2"]), ("lost", &[]), ("linux-image-6.1.0-35-amd64", &["1"])],
    );
    let packages = Packages::of(host.known.as_ref().unwrap());
    let (here, gone, lost, unknown) = (
        package("here", Some("1")),
        package("gone", Some("1")),
        package("lost", Some("1")),
        package("unknown", Some("1")),
    );
    let (new, kernel) = (package("linux-image-6.1.0-36-amd64", None), package("linux-image-6.1.0-35-amd64", Some("1")));
    let many: Vec<PlannedPackage> = (1..=8).map(|number| package(&format!("package-{number}"), Some("1"))).collect();
    let mut report = String::new();
    for (title, updates) in [
        ("all can be had", vec![here.clone()]),
        ("one is gone", vec![here.clone(), gone.clone()]),
        ("all are gone", vec![gone.clone(), lost]),
        ("gone or not known", vec![gone, unknown.clone()]),
        ("not known", vec![unknown]),
        ("many", many),
        ("a new kernel beside the old one", vec![here.clone(), new]),
        ("a kernel in its place", vec![here, kernel]),
    ] {
        let Undo { grade, why } = of_updates(&updates, &packages).into_undo();
        writeln!(report, "{title}: {} ({})", grade.as_str(), why.unwrap_or_default()).unwrap();
    }
    insta::assert_snapshot!(report);
}

#[test]
fn only_a_kernel_of_its_own_version_is_a_kernel() {
    for (name, expected) in [
        ("linux-image-6.1.0-35-amd64", true),
        ("linux-image-unsigned-6.8.0-45-generic", true),
        ("linux-image-6.1.0-35-amd64:amd64", true),
        ("linux-image-amd64", false),
        ("linux-image-generic", false),
        ("linux-headers-6.1.0-35-amd64", false),
    ] {
        assert_eq!(is_kernel(name), expected, "{name}");
    }
}

#[test]
fn the_worst_counts_and_every_reason_is_told() {
    let both = Grading::exact().but("one").with(Grading::one_way("two")).but("three").into_undo();
    assert_eq!(both, Undo { grade: UndoGrade::OneWay, why: Some("one; two; three".into()) });
    assert_eq!(Grading::exact().into_undo(), Undo { grade: UndoGrade::Exact, why: None });
}
