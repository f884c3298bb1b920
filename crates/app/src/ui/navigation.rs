//! The sections of the house, as its navigation shows them.

use super::Ui;
use crate::access::Permission;

/// One entry of the navigation.
pub struct Item {
    /// Where it leads.
    pub path: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// The key of its words.
    pub words: &'static str,
    /// Only shown where there is room.
    pub wide: bool,
}

const ITEMS: &[(Option<Permission>, Item)] = &[
    (None, Item { path: "/", icon: "today", words: "nav-today", wide: false }),
    (Some(Permission::ReadPeople), Item { path: "/people", icon: "people", words: "nav-people", wide: false }),
    (Some(Permission::ReadCases), Item { path: "/cases", icon: "case", words: "nav-cases", wide: false }),
    (Some(Permission::RequestTracing), Item { path: "/tracing", icon: "search", words: "nav-tracing", wide: true }),
    (Some(Permission::ManageForms), Item { path: "/forms", icon: "note", words: "nav-forms", wide: true }),
    (Some(Permission::WriteCases), Item { path: "/lists", icon: "document", words: "entity-lists", wide: true }),
    (Some(Permission::ReadTeam), Item { path: "/team", icon: "team", words: "nav-team", wide: false }),
    (
        Some(Permission::ReadStatistics),
        Item { path: "/statistics", icon: "chart", words: "nav-statistics", wide: true },
    ),
    // Nobody has both permissions.
    (Some(Permission::PrepareReleases), Item { path: "/releases", icon: "globe", words: "nav-releases", wide: true }),
    (Some(Permission::ApproveReleases), Item { path: "/releases", icon: "globe", words: "nav-releases", wide: true }),
    (Some(Permission::Erase), Item { path: "/retention", icon: "lock", words: "nav-retention", wide: true }),
    (Some(Permission::ManageUsers), Item { path: "/users", icon: "team", words: "nav-users", wide: false }),
    (
        Some(Permission::ManageSettings),
        Item { path: "/settings", icon: "settings", words: "nav-settings", wide: false },
    ),
    (Some(Permission::ReadHistory), Item { path: "/history", icon: "history", words: "nav-history", wide: false }),
];

impl Ui {
    /// The sections this user may enter.
    pub fn navigation(&self) -> Vec<&'static Item> {
        let allowed = |needed: &Option<Permission>| match (needed, &self.viewer) {
            (None, _) => true,
            (Some(permission), Some(viewer)) => viewer.may(*permission),
            (Some(_), None) => false,
        };
        ITEMS.iter().filter(|(needed, _)| allowed(needed)).map(|(_, item)| item).collect()
    }
}
