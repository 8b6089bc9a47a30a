//! `millwright install | upgrade | remove …`

use super::start::{approve_and_run, settings};
use crate::arguments::Product;
use crate::exit::Exit;
use crate::out::Out;
use millwright_api::{ProductAction, ProductWish, RecipeSource, Workspace};
use millwright_domain::Fault;

pub(crate) async fn perform(
    workspace: &Workspace,
    out: &Out,
    action: ProductAction,
    wish: Product,
) -> Result<Exit, Fault> {
    let Product { product, selector, set, recipe, approval } = wish;
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
        parallel: approval.parallel.or_setting(workspace)?,
    };
    let planned = workspace.plan_product(&selector, wish).await?;
    approve_and_run(workspace, out, planned, approval).await
}
