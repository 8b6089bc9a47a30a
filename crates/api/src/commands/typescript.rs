//! The table as TypeScript: one type for each shape that crosses, and one interface with every command.

use super::each;
use crate::desk::EngineEvent;
use millwright_domain::Code;
use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use ts_rs::{Config, TS, TypeVisitor};

/// The text of `commands.ts`.
pub fn typescript() -> String {
    let mut collector = Collector {
        // JSON.parse gives plain numbers; every integer that crosses is far below 2^53.
        config: Config::new().with_large_int("number"),
        seen: HashSet::new(),
        declarations: BTreeMap::new(),
        commands: String::new(),
    };
    collector.visit::<EngineEvent>();
    collector.visit::<Code>();
    each(&mut collector);
    let declarations: String = collector.declarations.into_values().collect();
    format!(
        "// Made from the engine's table of commands by `cargo xtask types`. Do not edit.\n\n{declarations}\
         /** What can be asked. */\nexport interface Commands {{\n{}}}\n",
        collector.commands
    )
}

/// Gathers the declarations of all shapes that the commands need, each once.
pub(super) struct Collector {
    config: Config,
    seen: HashSet<TypeId>,
    declarations: BTreeMap<String, String>,
    commands: String,
}

impl Collector {
    pub(super) fn command<Arguments: TS + 'static, Answer: TS + 'static>(&mut self, name: &str, doc: &str) {
        self.visit::<Arguments>();
        self.visit::<Answer>();
        Arguments::visit_generics(self);
        Answer::visit_generics(self);
        let doc = doc.trim();
        if !doc.is_empty() {
            let _ = writeln!(self.commands, "  /** {doc} */");
        }
        let (arguments, answer) = (Arguments::name(&self.config), Answer::name(&self.config));
        let _ = writeln!(self.commands, "  {name}: {{ arguments: {arguments}; answer: {answer} }};");
    }
}

impl TypeVisitor for Collector {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
        // Types of the language and of the standard library have no declaration of their own.
        if T::output_path().is_none() {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        let declaration = format!("{docs}export {}\n\n", T::decl(&self.config));
        self.declarations.insert(T::ident(&self.config), declaration);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_types_are_those_of_the_table() {
        let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/backend/generated/commands.ts");
        let committed = std::fs::read_to_string(committed).unwrap();
        assert!(committed == typescript(), "ui/src/backend/generated/commands.ts is old: run `cargo xtask types`");
    }
}
