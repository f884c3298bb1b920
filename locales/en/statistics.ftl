# Figures
nav-statistics = Figures
documents-statistics = Figures
statistics-definitions = What the figures mean
statistics-period = Period
statistics-own-days = Days of your own
statistics-from = From
statistics-to = To
statistics-all = All
statistics-show = Show
statistics-wrong-period = The period cannot be read; this year is shown
invalid-period = Choose a period from the list.
statistics-exact = Exact figures, not for publication.
statistics-exact-hint = Small numbers can tell who someone is. They are of the whole organisation, of people who agreed to be counted.
statistics-period-before = Earlier
statistics-period-next = Later
statistics-before = Period before:
statistics-a-year-ago = a year ago:
statistics-groups = Groups
statistics-other-sex = Other or unknown sex
statistics-children = Children under 18
statistics-older = 60 and over
statistics-with-disability = With a disability
statistics-disability-yes = Disability found
statistics-disability-no = No disability found
statistics-unknown = Unknown
statistics-none = None
statistics-out-of = Out of
statistics-per-cent = Per cent
statistics-median = Median days
statistics-total = Total
statistics-over-time = Over time
statistics-over-time-table = The line as a table
statistics-meaning = What it means
statistics-numerator = Counted
statistics-denominator = Out of
statistics-limits = What it does not say
statistics-sdg = Close to SDG indicator
statistics-by = Told apart by
statistics-and-by = and by
statistics-source = Source
statistics-nobody = Nobody in this period.
statistics-overlaps = Someone may be in several rows, so the rows add up to more than the total.
statistics-keeps-back = Figures about trafficking are only shown to those who may read such answers.
statistics-who = Only people who agreed to be counted, as of today: whoever withdraws is gone from the next figure. Age is that on the last day of the period; status, nationality, disability and route are as known today.
statistics-not-measured = Not measured, because a service’s records cannot say it: SDG 10.7.1 (cost of recruitment), 10.7.2 (migration policies), 10.7.3 (deaths and disappearances on the way).
statistics-highest = highest: { $name }
statistics-share = { $share }%
statistics-part = { $part } of { $all }
statistics-route = { $origin } → { $destination }
statistics-quarter = Quarter { $quarter } of { $year }
statistics-month = { $month } { $year }
statistics-days = { $from } to { $to }
refused-figures-trafficking = Figures about trafficking are only for those who may read such answers.
refused-figures-medical = Figures by disability or health are only for those who may read such answers.
unit-people = People
unit-cases = Cases
unit-actions = Actions
by-sex = Sex
by-age = Age
by-disability = Disability
by-status = Legal status
by-nationality = Nationality
by-route = Route
by-front = Front
by-security = Dimension of human security
by-need = Specific need
by-exploitation = Form of exploitation
by-provider = Kind of provider
by-after = Months after closure
exploitation-labour = Forced labour
exploitation-sexual = Sexual exploitation
exploitation-criminal = Forced begging or crime
exploitation-servitude = Sold, given or married into servitude
statistics-left-out = { $count ->
    [one] One more person something was done for is left out: they did not agree.
   *[other] { $count } more people something was done for are left out: they did not agree.
}
statistics-median-days = { $count ->
    [one] median: one day
   *[other] median: { $count } days
}
statistics-months = { $count ->
    [one] After one month
   *[other] After { $count } months
}
