//! The table of roles and permissions, as an organisation would read it.

use super::{Permission, Role, TokenScope};

pub(super) fn allows(role: Role, permission: Permission) -> bool {
    use Permission::*;
    match role {
        Role::Caseworker => {
            matches!(permission, ReadPeople | WritePeople | ReadCases | WriteCases | ExportCase | BreakGlass)
        }
        Role::Supervisor => matches!(
            permission,
            ReadPeople
                | WritePeople
                | MergePeople
                | ReadCases
                | WriteCases
                | AssignCases
                | Approve
                | ReadTeam
                | ExportLists
                | ExportCase
                | BreakGlass
        ),
        Role::ProgrammeManager => matches!(permission, ReadCases | ReadTeam | ExportLists),
        Role::DataOfficer => {
            matches!(permission, ReadPeople | WritePeople | MergePeople | ImportPeople | ExportLists | Erase)
        }
        Role::LawEnforcementLiaison => matches!(permission, ReadPeople | ReadCases | ExportCase),
        Role::Administrator => matches!(permission, ManageUsers | ManageSettings),
        Role::Auditor => matches!(permission, ReadHistory),
    }
}

/// Roles that may know who someone is.
pub(super) fn sees_identity(role: Role) -> bool {
    matches!(role, Role::Caseworker | Role::Supervisor | Role::DataOfficer | Role::LawEnforcementLiaison)
}

/// Roles that may know what a case is about.
pub(super) fn sees_case(role: Role) -> bool {
    matches!(role, Role::Caseworker | Role::Supervisor | Role::ProgrammeManager | Role::LawEnforcementLiaison)
}

/// What a token must be allowed, for each permission; what no token may do has none.
pub(super) fn scope_of(permission: Permission) -> Option<TokenScope> {
    use Permission::*;
    Some(match permission {
        ReadPeople => TokenScope::PeopleRead,
        WritePeople | MergePeople | ImportPeople => TokenScope::PeopleWrite,
        ReadCases | ReadTeam => TokenScope::CasesRead,
        WriteCases | AssignCases | Approve => TokenScope::CasesWrite,
        ExportLists | ExportCase => TokenScope::Export,
        ManageUsers | ManageSettings => TokenScope::Administration,
        ReadHistory => TokenScope::HistoryRead,
        BreakGlass | Erase => return None,
    })
}
