//! Prints the TypeScript types of the command table, for `cargo xtask types`.
#![allow(clippy::print_stdout)] // its answer

fn main() {
    print!("{}", millwright_api::typescript());
}
