//! The ids of every record.

crate::ids! {
    /// A body that holds data.
    OrganisationId,
    /// People who work together inside an organisation.
    TeamId,
    /// Someone who logs in.
    UserId,
    /// A log-in on one device.
    SessionId,
    /// A token of the API.
    TokenId,
    /// A passkey.
    PasskeyId,
    /// A human being on record.
    PersonId,
    /// People who move together.
    HouseholdId,
    /// A tie between two people.
    RelationId,
    /// Two records made one.
    MergeId,
    /// Two records that may be one person's.
    DuplicateId,
    /// A request to find someone.
    TracingId,
    /// Someone who may be the person sought.
    CandidateId,
    /// One decision about one purpose.
    ConsentId,
    /// One person's file.
    CaseId,
    /// A questionnaire answered.
    ScreeningId,
    /// A goal of a plan.
    GoalId,
    /// A step towards a goal.
    ActionId,
    /// A note on a case.
    NoteId,
    /// A file kept with a person or a case.
    AttachmentId,
    /// Something on a case that needs attention.
    FlagId,
    /// A supervisor's decision asked for.
    ApprovalId,
    /// A planned or kept meeting.
    FollowUpId,
    /// Break-glass access to one person.
    GrantId,
    /// A message to a user.
    NoticeId,
    /// A form.
    FormId,
    /// A version of a form.
    FormVersionId,
    /// A file that a form shows or reads.
    FormFileId,
    /// A key that devices encrypt a form's submissions with.
    FormKeyId,
    /// A form filled in; while it is being filled in, its draft.
    SubmissionId,
    /// What a form filled in said before it was edited.
    SubmissionVersionId,
    /// A file of a form filled in.
    SubmissionFileId,
    /// What someone wrote about a form filled in.
    CommentId,
    /// A list of entities.
    EntityListId,
    /// Something that forms make, change and choose; devices make its id.
    EntityId,
    /// What an entity was after a change.
    EntityVersionId,
    /// A change of an entity that waits for the one before it.
    EntityHeldId,
    /// A phone or tablet that forms are filled in on.
    DeviceId,
    /// A file that is being imported.
    ImportId,
    /// Figures for the public.
    ReleaseId,
    /// What a release spent of the budget.
    LedgerEntryId,
    /// How much may be told with noise.
    BudgetId,
    /// What several organisations agreed to count together; the same in every house.
    AgreementId,
}
