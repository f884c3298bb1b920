//! The table of roles and permissions, as an organisation would read it.

use super::{Permission, Role, TokenScope};
use crate::code::Code;

pub(super) fn allows(role: Role, permission: Permission) -> bool {
    use Permission::*;
    match role {
        Role::Caseworker => {
            matches!(
                permission,
                ReadPeople | WritePeople | RequestTracing | ReadCases | WriteCases | ExportCase | BreakGlass
            )
        }
        Role::Supervisor => matches!(
            permission,
            ReadPeople
                | WritePeople
                | MergePeople
                | RequestTracing
                | DecideTracing
                | ReadCases
                | WriteCases
                | AssignCases
                | Approve
                | ReadTeam
                | ExportLists
                | ExportCase
                | BreakGlass
                | ApproveReleases
                | ReadStatistics
        ),
        Role::ProgrammeManager => {
            matches!(permission, ReadCases | ReadTeam | ExportLists | ApproveReleases | ReadStatistics)
        }
        Role::DataOfficer => {
            matches!(
                permission,
                ReadPeople
                    | WritePeople
                    | MergePeople
                    | RequestTracing
                    | DecideTracing
                    | ImportPeople
                    | ExportLists
                    | ExportDeidentified
                    | Erase
                    | ManageForms
                    | PrepareReleases
                    | ReadStatistics
            )
        }
        Role::LawEnforcementLiaison => matches!(permission, ReadPeople | ReadCases | ExportCase),
        Role::Administrator => matches!(permission, ManageUsers | ManageSettings | ManageForms),
        Role::Auditor => matches!(permission, ReadHistory),
    }
}

/// Roles that may learn of someone's health, where their account also allows it: consent to work
/// with police and courts is no consent to show them a medical file.
pub(super) fn sees_medical(role: Role) -> bool {
    matches!(role, Role::Caseworker | Role::Supervisor | Role::ProgrammeManager)
}

/// What a token must be allowed, for each permission; what no token may do has none.
pub(super) fn scope_of(permission: Permission) -> Option<TokenScope> {
    use Permission::*;
    Some(match permission {
        ReadPeople => TokenScope::PeopleRead,
        WritePeople | MergePeople | RequestTracing | DecideTracing | ImportPeople => TokenScope::PeopleWrite,
        ReadCases | ReadTeam => TokenScope::CasesRead,
        WriteCases | AssignCases | Approve => TokenScope::CasesWrite,
        ExportLists | ExportDeidentified | ExportCase | PrepareReleases | ApproveReleases => TokenScope::Export,
        ManageUsers | ManageSettings | ManageForms => TokenScope::Administration,
        ReadHistory => TokenScope::HistoryRead,
        ReadStatistics => TokenScope::StatisticsRead,
        BreakGlass | Erase => return None,
    })
}

/// What a token of this role can be limited to: scopes with at least one permission of the role.
pub(super) fn token_scopes(role: Role) -> Vec<TokenScope> {
    let useful = |scope: &TokenScope| {
        Permission::ALL.iter().any(|permission| allows(role, *permission) && scope_of(*permission) == Some(*scope))
    };
    TokenScope::ALL.iter().copied().filter(useful).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles_that_may(permission: Permission) -> Vec<Role> {
        Role::ALL.iter().copied().filter(|role| allows(*role, permission)).collect()
    }

    #[test]
    fn each_permission_has_its_roles() {
        use Permission::*;
        use Role::*;
        let table: &[(Permission, &[Role])] = &[
            (ReadPeople, &[Caseworker, Supervisor, DataOfficer, LawEnforcementLiaison]),
            (WritePeople, &[Caseworker, Supervisor, DataOfficer]),
            (MergePeople, &[Supervisor, DataOfficer]),
            (RequestTracing, &[Caseworker, Supervisor, DataOfficer]),
            (DecideTracing, &[Supervisor, DataOfficer]),
            (ReadCases, &[Caseworker, Supervisor, ProgrammeManager, LawEnforcementLiaison]),
            (WriteCases, &[Caseworker, Supervisor]),
            (AssignCases, &[Supervisor]),
            (Approve, &[Supervisor]),
            (ReadTeam, &[Supervisor, ProgrammeManager]),
            (ExportLists, &[Supervisor, ProgrammeManager, DataOfficer]),
            (ExportDeidentified, &[DataOfficer]),
            (ExportCase, &[Caseworker, Supervisor, LawEnforcementLiaison]),
            (ImportPeople, &[DataOfficer]),
            (BreakGlass, &[Caseworker, Supervisor]),
            (Erase, &[DataOfficer]),
            (ManageUsers, &[Administrator]),
            (ManageSettings, &[Administrator]),
            (ManageForms, &[DataOfficer, Administrator]),
            (ReadHistory, &[Auditor]),
            (PrepareReleases, &[DataOfficer]),
            (ApproveReleases, &[Supervisor, ProgrammeManager]),
            (ReadStatistics, &[Supervisor, ProgrammeManager, DataOfficer]),
        ];
        assert_eq!(table.len(), Permission::ALL.len());
        for (permission, roles) in table {
            assert_eq!(roles_that_may(*permission), *roles, "{permission}");
        }
    }

    #[test]
    fn who_manages_users_or_reads_the_history_sees_nobody() {
        for role in [Role::Administrator, Role::Auditor] {
            assert!(!allows(role, Permission::ReadPeople) && !allows(role, Permission::ReadCases));
        }
    }

    #[test]
    fn whoever_changes_something_may_see_it() {
        for role in Role::ALL.iter().copied() {
            assert!(!allows(role, Permission::WritePeople) || allows(role, Permission::ReadPeople), "{role}");
            assert!(!allows(role, Permission::RequestTracing) || allows(role, Permission::ReadPeople), "{role}");
            assert!(!allows(role, Permission::DecideTracing) || allows(role, Permission::RequestTracing), "{role}");
            assert!(!allows(role, Permission::WriteCases) || allows(role, Permission::ReadCases), "{role}");
        }
    }

    #[test]
    fn nobody_both_prepares_and_approves_what_the_public_sees() {
        let both =
            |role: &Role| allows(*role, Permission::PrepareReleases) && allows(*role, Permission::ApproveReleases);
        assert!(!Role::ALL.iter().any(both));
    }

    #[test]
    fn no_token_erases_or_breaks_glass() {
        let closed = Permission::ALL.iter().copied().filter(|permission| scope_of(*permission).is_none());
        assert_eq!(closed.collect::<Vec<_>>(), [Permission::BreakGlass, Permission::Erase]);
    }
}
