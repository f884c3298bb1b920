retention-title = Retention
retention-intro = The retention period of these people is over: all their cases are closed, or they never had one and nothing in their record changed for as long. Erase each one, or reopen the case if it is still needed.
retention-empty = Nobody is due for erasure
retention-empty-hint = People appear here once all their cases are closed and the retention period is over.
retention-person = Person
retention-number = Number
retention-since = Due since
retention-name-protected = Name protected
retention-erase = Erase
retention-erase-person = Erase { $name }
retention-next = Next page
retention-first = Back to the start
retention-done = The person was erased. The history keeps a tombstone without personal data.
retention-erase-title = Erase a person
retention-erase-what = This removes the person from every table: names, documents, contacts, consents, relations, cases, notes, attachments. Backups made from now on do not contain them either. It cannot be undone.
retention-erase-old-backups = Backups made before today still contain this person until you delete those files.
retention-cases = Cases
retention-open-cases = Open cases
retention-erase-from = Period over on
retention-not-due = This person is not due yet. They can be erased now only at their own request.
retention-merged = This record was merged into another. Erase the other record: this one goes with it.
retention-open-warning = { $count ->
    [one] One case is still open and would be erased with the person.
   *[other] { $count } cases are still open and would be erased with the person.
}
retention-on-request = The person asked to be erased
retention-on-request-hint = Then open cases and periods do not stand in the way.
retention-reason = Why are they erased?
retention-reason-hint = This sentence stays in the history. Write no names and nothing about the person.
retention-confirm = Type the person’s number to confirm
retention-confirm-hint = The number is shown above.
retention-erase-now = Erase for good
field-on-request = at the person’s own request
invalid-erase-confirm = This is not the person’s number.
refused-erase-open-case = A case of this person is still open. Close it first, or note that the person asked to be erased.
refused-erase-not-due = The retention period is not over. Only the person’s own request allows erasing them now.
refused-erase-merged = This record was merged into another. Erase the other one.
refused-erase-held = A legal hold lies on a case of this person: the record may be needed as evidence. A supervisor resolves the flag first.
