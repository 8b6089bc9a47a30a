//! `millwright status`

use super::facts::yes_no;
use crate::exit::Exit;
use crate::out::Out;
use crate::text::{ago, visible_line};
use millwright_api::Workspace;
use millwright_domain::{Fault, Selector};

pub(crate) fn perform(workspace: &Workspace, out: &Out, selector: Option<&Selector>) -> Result<Exit, Fault> {
    let overview = workspace.overview(selector)?;
    out.answer(&overview, || {
        if overview.hosts.is_empty() {
            return "No host yet. Add one: millwright host add CLIENT/ENV/NAME --address A".into();
        }
        let mut table = out
            .table(&["HOST", "SYSTEM", "PRODUCTS", "PENDING", "SECURITY", "HELD", "REBOOT", "DISK", "FACTS", "SEEN"]);
        for host in &overview.hosts {
            let facts = host.facts.as_ref();
            let count = |count: Option<usize>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
            let products: Vec<String> = host
                .products
                .iter()
                .map(|(product, version)| format!("{product} {}", version.as_deref().unwrap_or("?")))
                .collect();
            let seen = match &host.error {
                Some(error) => format!("✕ {} ({})", error.code, ago(overview.at, host.seen_at)),
                None => ago(overview.at, host.seen_at),
            };
            let mark = if host.production { out.paint(" PRODUCTION", "1;31") } else { String::new() };
            table.add_row([
                format!("{}{mark}", host.host),
                visible_line(facts.and_then(|facts| facts.os.as_deref()).unwrap_or("?")),
                visible_line(&products.join(", ")),
                count(facts.and_then(|facts| facts.pending)),
                count(facts.and_then(|facts| facts.pending_security)),
                count(facts.and_then(|facts| facts.kept_back)),
                yes_no(facts.and_then(|facts| facts.reboot_required)).to_owned(),
                facts
                    .and_then(|facts| facts.fullest_percent)
                    .map_or_else(|| "?".to_owned(), |full| format!("{full} %")),
                ago(overview.at, host.facts_at),
                seen,
            ]);
        }
        table.to_string()
    });
    Ok(Exit::Well)
}
