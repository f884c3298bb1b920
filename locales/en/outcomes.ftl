# Which form is filled in for which kind of follow-up
follow-up-forms = Forms of follow-ups
follow-up-forms-intro = Each kind of follow-up may have a form: it is offered where someone does the follow-up, and handed in it marks the follow-up as done.
follow-up-forms-hint = Nothing chosen: what came of it is written down without a form.
follow-up-form-hint = This form belongs to the follow-up. Handed in, it marks the follow-up as done.
follow-up-form-begin = Fill in the form
follow-up-form-go-on = Go on with the form
follow-up-without-form = Or write it down without the form
field-follow-up-form = Form
field-follow-up-kind = Kind of follow-up
refused-follow-up-no-form = No form is filled in for this kind of follow-up, or it is not open. Write down what came of it without a form.
finding-follow-up = The follow-up it names is not planned in this case, or was not the sender’s to keep.

# What became of someone after their case was closed
purpose-contact = Contact after closure
consent-wording-contact = May we contact you 3, 6 and 12 months after your case is closed, to hear how you are? You may say no, and you may change your mind at any time.
close-ask-after = Ask later what became of the person
close-no-contact = The person has not agreed to be contacted after closure, so nothing is planned.
close-ask-consent = Record what they decide
invalid-no-contact = The person has not agreed to be contacted after closure.
invalid-nobody-to-ask = After a closure for this reason nobody is asked. Untick what is planned.
refused-case-no-contact = The person has not agreed to be contacted after closure, or no longer does.

# Answers without identity
permission-export-deidentified = Taking answers out without identity is not part of your role.
documents-deidentified = answers without identity
deidentified = Answers without identity
deidentified-intro = For statistics: what was answered, without names, numbers or words.
deidentified-open = What leaves
deidentified-holds = What the file holds
deidentified-holds-what = One row for each form filled in, of people who agreed to be counted. A case has a number made for this file only; days leave as months, dates of birth and ages as bands. What was said in words, files, places, questions that repeat, long numbers and delicate answers stay here.
deidentified-ages = Age bands:
deidentified-nothing = Nothing of this form can leave without identity.
deidentified-not = What it does not protect from
deidentified-not-what = The file is not anonymous. Where few people share sex, age and month, a row may be one person’s; whoever knows some of someone’s answers may find the others. Give it only to those who need it, under an agreement, and have it destroyed afterwards. Whoever withdraws later stays in files that have left.
refused-deidentified-delicate = The answers of this form are delicate: they leave in no file without identity.
