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
