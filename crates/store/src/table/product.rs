//! Vendors, products and releases.

use super::parsed;
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Writer;
use millwright_domain::fleet::{Product, Vendor};
use millwright_domain::ids::{ProductId, ReleaseId, VendorId};
use millwright_domain::{Slug, VersionScheme};
use rusqlite::{OptionalExtension, Row, params};
use serde_json::json;

pub(crate) const SCHEMA: &str = "
CREATE TABLE vendor (
    id   BLOB PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;
CREATE TABLE product (
    id             BLOB PRIMARY KEY,
    vendor_id      BLOB NOT NULL REFERENCES vendor (id),
    slug           TEXT NOT NULL UNIQUE,
    title          TEXT NOT NULL,
    version_scheme TEXT NOT NULL
) STRICT;
CREATE TABLE release (
    id         BLOB PRIMARY KEY,
    product_id BLOB NOT NULL REFERENCES product (id),
    version    TEXT NOT NULL,
    UNIQUE (product_id, version)
) STRICT;
";

const SELECT: &str = "SELECT id, vendor_id, slug, title, version_scheme FROM product";

/// The product of that name, added with its vendor if it is new.
pub fn ensure(
    writer: &Writer<'_>,
    vendor_name: &str,
    slug: &Slug,
    title: &str,
    scheme: VersionScheme,
) -> Result<Product, StoreError> {
    if let Some(product) = find(&writer.reader(), slug)? {
        return Ok(product);
    }
    let vendor = ensure_vendor(writer, vendor_name)?;
    let product = Product {
        id: writer.new_id(),
        vendor_id: vendor.id,
        slug: slug.clone(),
        title: title.to_owned(),
        version_scheme: scheme,
    };
    writer.connection.execute(
        "INSERT INTO product (id, vendor_id, slug, title, version_scheme) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![product.id.0, vendor.id.0, slug.as_str(), title, scheme.as_str()],
    )?;
    writer.audit(
        "product.add",
        "product",
        product.id,
        json!({ "slug": [null, slug], "title": [null, title], "vendor": [null, vendor.slug] }),
    )?;
    Ok(product)
}

/// Notes that a version of a product exists.
pub fn ensure_release(writer: &Writer<'_>, product: ProductId, version: &str) -> Result<(), StoreError> {
    let id: ReleaseId = writer.new_id();
    let added = writer
        .connection
        .prepare_cached(
            "INSERT INTO release (id, product_id, version) VALUES (?1, ?2, ?3)
             ON CONFLICT (product_id, version) DO NOTHING",
        )?
        .execute(params![id.0, product.0, version])?;
    if added > 0 {
        writer.audit(
            "release.add",
            "release",
            id,
            json!({ "product": [null, product], "version": [null, version] }),
        )?;
    }
    Ok(())
}

/// The product of that name.
pub fn find(reader: &Reader<'_>, slug: &Slug) -> Result<Option<Product>, StoreError> {
    let mut statement = reader.connection.prepare_cached(&format!("{SELECT} WHERE slug = ?1"))?;
    Ok(statement.query_row([slug.as_str()], product).optional()?)
}

/// Every product, by name.
pub fn list(reader: &Reader<'_>) -> Result<Vec<Product>, StoreError> {
    let mut statement = reader.connection.prepare_cached(&format!("{SELECT} ORDER BY slug"))?;
    Ok(statement.query_map([], product)?.collect::<Result<_, _>>()?)
}

fn ensure_vendor(writer: &Writer<'_>, name: &str) -> Result<Vendor, StoreError> {
    let slug = Slug::suggested_by(name).map_or_else(|| "unnamed".parse(), Ok)?;
    let found = writer
        .connection
        .query_row("SELECT id, slug, name FROM vendor WHERE slug = ?1", [slug.as_str()], |row| {
            Ok(Vendor { id: VendorId(row.get(0)?), slug: parsed(row, 1)?, name: row.get(2)? })
        })
        .optional()?;
    if let Some(vendor) = found {
        return Ok(vendor);
    }
    let vendor = Vendor { id: writer.new_id(), slug, name: name.to_owned() };
    writer.connection.execute(
        "INSERT INTO vendor (id, slug, name) VALUES (?1, ?2, ?3)",
        params![vendor.id.0, vendor.slug.as_str(), vendor.name],
    )?;
    writer.audit("vendor.add", "vendor", vendor.id, json!({ "slug": [null, vendor.slug], "name": [null, name] }))?;
    Ok(vendor)
}

fn product(row: &Row<'_>) -> rusqlite::Result<Product> {
    Ok(Product {
        id: ProductId(row.get(0)?),
        vendor_id: VendorId(row.get(1)?),
        slug: parsed(row, 2)?,
        title: row.get(3)?,
        version_scheme: parsed(row, 4)?,
    })
}
