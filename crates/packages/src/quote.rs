//! One word of POSIX shell.

/// The text as one word of POSIX shell, whatever is in it. Plain words stay readable: people approve these commands.
pub(crate) fn shell_word(text: &str) -> String {
    // A tilde is not plain: bash expands one after `=` and `:`.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+-./:=@_,".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::shell_word;
    use proptest::prelude::*;
    use std::process::Command;

    #[test]
    fn plain_words_stay_as_they_are_and_all_others_are_quoted() {
        for (text, word) in [
            ("nginx=1.22.1-9+deb12u4", "nginx=1.22.1-9+deb12u4"),
            ("php=2:8.2~rc1", "'php=2:8.2~rc1'"),
            ("", "''"),
            ("it's", r"'it'\''s'"),
        ] {
            assert_eq!(shell_word(text), word);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_real_shell_reads_back_what_was_quoted(text in "[^\0]{0,40}") {
            let script = format!("printf %s {}", shell_word(&text));
            let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
            prop_assert_eq!(output.stdout, text.into_bytes());
        }
    }
}
