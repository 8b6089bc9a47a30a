//! `millwright install | upgrade | remove …`

use super::start::{approve_and_run, settings};
use crate::arguments::{Product, Wish};
use crate::exit::Exit;
use crate::out::Out;
use millwright_api::{How, Planned, ProductAction, ProductWish, RecipeSource, Workspace};
use millwright_domain::Fault;

pub(crate) async fn perform(
    workspace: &Workspace,
    out: &Out,
    action: ProductAction,
    wish: Product,
) -> Result<Exit, Fault> {
    let planned = plan(workspace, action, wish.wish, &wish.approval.going.how()?).await?;
    approve_and_run(workspace, out, planned, wish.approval).await
}

/// Plans what should become of a product.
pub(crate) async fn plan(
    workspace: &Workspace,
    action: ProductAction,
    wish: Wish,
    how: &How,
) -> Result<Planned, Fault> {
    let Wish { product, selector, set, recipe } = wish;
    let (name, version) = match product.split_once('@') {
        Some((name, version)) => (name, Some(version.to_owned())),
        None => (product.as_str(), None),
    };
    let wish = ProductWish {
        product: name.parse()?,
        version,
        action,
        recipe: recipe.map_or(RecipeSource::Known, RecipeSource::File),
        settings: settings(set)?,
    };
    workspace.plan_product(&selector, wish, how).await
}
