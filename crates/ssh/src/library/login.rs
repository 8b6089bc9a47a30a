//! The ways to log in that libssh2 knows, each as one repeatable call.

use super::session::{LibrarySession, c_string};
use super::{LibraryError, Step, bytes_at};
use libssh2_sys as sys;
use secrecy::{ExposeSecret, SecretString};
use std::ffi::{c_char, c_int, c_void};
use std::path::Path;
use std::ptr::null;
use std::task::Poll;
use zeroize::Zeroizing;

/// One question of a keyboard-interactive login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    /// What the host calls this conversation.
    pub(crate) name: String,
    /// What the host wants a person to read first.
    pub(crate) instruction: String,
    /// The question itself.
    pub(crate) prompt: String,
    /// Whether the answer may be seen.
    pub(crate) echo: bool,
}

type Answerer<'a> = dyn FnMut(Question) -> Option<SecretString> + 'a;

impl LibrarySession {
    /// Logs in with a key file.
    pub(crate) fn log_in_with_file(&self, user: &str, file: &Path, passphrase: Option<&SecretString>) -> Step<()> {
        let (file, passphrase) = match (path_text(file), passphrase.map(secret_text).transpose()) {
            (Ok(file), Ok(passphrase)) => (file, passphrase),
            (Err(error), _) | (_, Err(error)) => return Poll::Ready(Err(error)),
        };
        let passphrase = passphrase.as_ref().map_or(null(), |text| text.as_ptr().cast::<c_char>());
        // SAFETY: the session lives; user is passed with its length, the other two end with NUL.
        self.step(unsafe {
            sys::libssh2_userauth_publickey_fromfile_ex(
                self.pointer(),
                user.as_ptr().cast(),
                user.len() as u32,
                null(),
                file.as_ptr(),
                passphrase,
            )
        })
    }

    /// Logs in with a password.
    pub(crate) fn log_in_with_password(&self, user: &str, password: &SecretString) -> Step<()> {
        let password = password.expose_secret();
        // SAFETY: the session lives; both texts are passed with their lengths. Without a callback a wish for a new
        // password is an error.
        self.step(unsafe {
            sys::libssh2_userauth_password_ex(
                self.pointer(),
                user.as_ptr().cast(),
                user.len() as u32,
                password.as_ptr().cast(),
                password.len() as u32,
                None,
            )
        })
    }

    /// Logs in by answering the host's questions. `answer` runs inside the call.
    pub(crate) fn log_in_by_answers(
        &self,
        user: &str,
        mut answer: impl FnMut(Question) -> Option<SecretString>,
    ) -> Step<()> {
        let mut answerer: &mut Answerer<'_> = &mut answer;
        // SAFETY: the session lives. Its abstract pointer is ours to use (nothing else reads it); it points to `answerer`
        // for exactly as long as the call may run the callback.
        self.step(unsafe {
            let place = sys::libssh2_session_abstract(self.pointer());
            *place = (&raw mut answerer).cast::<c_void>();
            let code = sys::libssh2_userauth_keyboard_interactive_ex(
                self.pointer(),
                user.as_ptr().cast(),
                user.len() as u32,
                Some(answer_callback),
            );
            *place = std::ptr::null_mut();
            code
        })
    }

    /// What the host accepts from this user. Costs an attempt on some hosts: ask only after a refusal.
    pub(crate) fn login_methods(&self, user: &str) -> Step<Vec<String>> {
        // SAFETY: the session lives; user is passed with its length. The result belongs to the session, is
        // NUL-terminated and copied at once.
        let list = unsafe {
            let pointer = sys::libssh2_userauth_list(self.pointer(), user.as_ptr().cast(), user.len() as u32);
            (!pointer.is_null()).then(|| super::text_at(pointer))
        };
        match list {
            Some(list) => Poll::Ready(Ok(list.split(',').map(str::to_owned).filter(|name| !name.is_empty()).collect())),
            None if self.is_logged_in() => Poll::Ready(Ok(Vec::new())),
            None => match self.last_words() {
                (sys::LIBSSH2_ERROR_EAGAIN, _) => Poll::Pending,
                (code, text) => Poll::Ready(Err(LibraryError { code, text })),
            },
        }
    }

    /// Whether the host has let us in.
    pub(crate) fn is_logged_in(&self) -> bool {
        // SAFETY: the session lives.
        unsafe { sys::libssh2_userauth_authenticated(self.pointer()) != 0 }
    }
}

extern "C" fn answer_callback(
    name: *const c_char,
    name_length: c_int,
    instruction: *const c_char,
    instruction_length: c_int,
    prompt_count: c_int,
    prompts: *const sys::LIBSSH2_USERAUTH_KBDINT_PROMPT,
    responses: *mut sys::LIBSSH2_USERAUTH_KBDINT_RESPONSE,
    place: *mut *mut c_void,
) {
    let count = usize::try_from(prompt_count).unwrap_or(0);
    if place.is_null() || prompts.is_null() || responses.is_null() {
        return;
    }
    let text = |pointer: *const u8, length: usize| {
        // SAFETY: libssh2 passes each text with its length.
        String::from_utf8_lossy(unsafe { bytes_at(pointer, length) }).into_owned()
    };
    let name = text(name.cast(), usize::try_from(name_length).unwrap_or(0));
    let instruction = text(instruction.cast(), usize::try_from(instruction_length).unwrap_or(0));
    // SAFETY: `log_in_by_answers` put the pointer there, and libssh2 passes as many prompts and responses as it says.
    let (answerer, prompts, responses) = unsafe {
        let answerer = (*place).cast::<&mut Answerer<'_>>();
        if answerer.is_null() {
            return;
        }
        (&mut *answerer, std::slice::from_raw_parts(prompts, count), std::slice::from_raw_parts_mut(responses, count))
    };
    for (prompt, response) in prompts.iter().zip(responses) {
        let question = Question {
            name: name.clone(),
            instruction: instruction.clone(),
            prompt: text(prompt.text, prompt.length),
            echo: prompt.echo != 0,
        };
        let Some(answer) = answerer(question) else { return };
        let answer = answer.expose_secret().as_bytes();
        // SAFETY: libssh2 releases the copy with `free`, as its default allocator pairs with `malloc`.
        unsafe {
            let copy = libc::malloc(answer.len().max(1)).cast::<u8>();
            if copy.is_null() {
                return;
            }
            std::ptr::copy_nonoverlapping(answer.as_ptr(), copy, answer.len());
            response.text = copy.cast();
            response.length = answer.len() as u32;
        }
    }
}

fn secret_text(secret: &SecretString) -> Result<Zeroizing<Vec<u8>>, LibraryError> {
    let secret = secret.expose_secret().as_bytes();
    if secret.contains(&0) {
        return Err(LibraryError { code: sys::LIBSSH2_ERROR_INVAL, text: "a passphrase has no NUL byte".to_owned() });
    }
    let mut text = Zeroizing::new(Vec::with_capacity(secret.len() + 1));
    text.extend_from_slice(secret);
    text.push(0);
    Ok(text)
}

/// A path as libssh2 opens it.
pub(super) fn path_text(path: &Path) -> Result<std::ffi::CString, LibraryError> {
    #[cfg(unix)]
    let bytes = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str());
    #[cfg(not(unix))]
    let bytes = path.as_os_str().to_str().unwrap_or_default().as_bytes();
    c_string(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr::null_mut;

    /// Calls the callback as libssh2 does and returns the responses it left.
    fn ask(texts: &[Option<&[u8]>], answerer: &mut Answerer<'_>) -> Vec<Option<Vec<u8>>> {
        let prompts: Vec<sys::LIBSSH2_USERAUTH_KBDINT_PROMPT> = texts
            .iter()
            .map(|text| sys::LIBSSH2_USERAUTH_KBDINT_PROMPT {
                text: text.map_or(null_mut(), |text| text.as_ptr().cast_mut()),
                length: text.map_or(0, <[u8]>::len),
                echo: 1,
            })
            .collect();
        let mut responses: Vec<sys::LIBSSH2_USERAUTH_KBDINT_RESPONSE> =
            texts.iter().map(|_| sys::LIBSSH2_USERAUTH_KBDINT_RESPONSE { text: null_mut(), length: 0 }).collect();
        let mut answerer = answerer;
        let mut place = (&raw mut answerer).cast::<c_void>();
        answer_callback(
            b"name".as_ptr().cast(),
            4,
            null(),
            0,
            texts.len() as c_int,
            prompts.as_ptr(),
            responses.as_mut_ptr(),
            &raw mut place,
        );
        let taken = responses.iter().map(|response| {
            // SAFETY: the callback left null or an allocation of that length, which is freed once.
            unsafe {
                let bytes = (!response.text.is_null())
                    .then(|| bytes_at(response.text.cast::<u8>(), response.length as usize).to_vec());
                libc::free(response.text.cast());
                bytes
            }
        });
        taken.collect()
    }

    #[test]
    fn every_question_gets_its_answer() {
        let mut asked = Vec::new();
        let answers = ask(&[Some(b"Code: "), None, Some(b"\xff")], &mut |question| {
            asked.push(question.prompt);
            Some(SecretString::from(format!("answer {}", asked.len())))
        });
        assert_eq!(asked, ["Code: ", "", "\u{fffd}"]);
        assert_eq!(answers, [1, 2, 3].map(|number| Some(format!("answer {number}").into_bytes())));
    }

    #[test]
    fn nobody_to_ask_leaves_the_rest_unanswered() {
        assert_eq!(ask(&[Some(b"a"), Some(b"b")], &mut |_| None), [None, None]);
    }
}
