# Codes
risk-high = خطر مرتفع
risk-medium = خطر متوسط
risk-low = خطر منخفض
case-state-open = مفتوحة
case-state-assessed = مُقيَّمة
case-state-planned = مخطَّط لها
case-state-in-service = قيد تقديم الخدمة
case-state-closed = مغلقة
case-state-reopened = أعيد فتحها
front-protect = الحماية
front-empower = التمكين
dimension-economic = الاقتصادي
dimension-food = الغذائي
dimension-health = الصحي
dimension-environmental = البيئي
dimension-personal = الشخصي
dimension-community = المجتمعي
dimension-political = السياسي
goal-state-planned = مخطَّط
goal-state-begun = قيد التنفيذ
goal-state-reached = تحقّق
goal-state-missed = لم يتحقّق
action-state-open = لم يُنفَّذ بعد
action-state-done = تمّ
action-state-failed = لم ينجح
action-state-dropped = أُلغي
doer-user = أحد العاملين
doer-person = الشخص نفسه
doer-provider = مقدّم خدمة
due-kind-first-contact = التواصل الأول
due-kind-assessment = التقييم
due-kind-plan = خطة الحالة
due-kind-follow-up = المتابعة
approval-kind-plan = خطة الحالة
approval-kind-closure = إغلاق الحالة
approval-state-waiting = قيد الانتظار
approval-state-approved = موافَق عليه
approval-state-refused = غير موافَق عليه
satisfaction-very-satisfied = راضٍ جدًا
satisfaction-satisfied = راضٍ
satisfaction-neutral = محايد
satisfaction-dissatisfied = غير راضٍ
satisfaction-not-asked = لم يُسأل
need-child-at-risk = طفل معرّض للخطر
need-unaccompanied-or-separated-child = طفل غير مصحوب أو منفصل عن ذويه
need-woman-at-risk = امرأة معرّضة للخطر
need-older-person = شخص مسنّ معرّض للخطر
need-disability = إعاقة
need-serious-medical-condition = حالة طبية خطيرة
need-single-parent = والد أو مقدّم رعاية وحيد
need-legal-physical-protection = احتياجات الحماية القانونية والجسدية
need-torture = ناجٍ من التعذيب
need-family-unity = وحدة الأسرة
need-sgbv = ناجٍ من العنف الجنسي أو القائم على النوع الاجتماعي
case-sort-updated = آخر تغيير
case-sort-due = الموعد النهائي
case-sort-vulnerability = الأكثر ضعفًا أولًا
notice-break-glass = وصول طارئ إلى سجل
notice-approved = تمت الموافقة على طلبك
notice-refused = لم تتم الموافقة على طلبك

# The case
case-one = الحالة
case-number = الحالة { $name }
case-new = فتح حالة
case-new-no-consent = لم تُسجَّل بعد الموافقة على إدارة الحالة. يمكنك فتح الحالة وبدء الحديث، أما ما بعد ذلك فيتطلب الموافقة أولًا.
case-first-risk = التقدير الأول للخطر
case-first-risk-hint = يحدّد المواعيد الأولى، وقد يقترح الفرز غيره.
case-why-opened = لماذا تُفتح الحالة؟
case-overview = نظرة عامة
case-screenings = الفرز والتقييم
case-notes = الملاحظات
case-follow-ups = المتابعات
case-attachments = المرفقات
case-approvals = الموافقات
case-flags = التنبيهات
case-more = المزيد
case-add-note = إضافة ملاحظة
case-assign = إسناد أو نقل
case-close = إغلاق الحالة
case-reopen = إعادة فتح الحالة
case-closure = الإغلاق
case-erase-from = يُعرض المحو ابتداءً من
case-state = الوضع
case-risk = الخطر
case-due = الموعد
case-due-by = الموعد { $name }
case-owner = أخصائي الحالة
case-supervisor = المشرف
case-team = الفريق
case-opened = تاريخ الفتح
case-deadlines = المواعيد النهائية
case-risk-proposed = المقترح من الاستبيانات
case-risk-reason = سبب مستوى الخطر
case-trafficking = الاتجار بالأشخاص
case-trafficking-mark = هذه الحالة تتعلق بالاتجار: لن يراها إلا المصرّح لهم.
case-who-may-read = من يحق له القراءة
case-who-does = من يقوم بها
case-next-step = الخطوة التالية
case-next-assess = أجرِ فرز الاحتياجات المحددة وتقييم الأمن الإنساني، ثم ضع على الحالة علامة «مُقيَّمة».
case-mark-assessed = وضع علامة «مُقيَّمة»
case-next-plan = اتفق مع الشخص على خطة: أهداف للحماية وأهداف للتمكين.
case-open-plan = فتح الخطة
case-next-begin = يبدأ تقديم الخدمة مع أول إجراء مُنجَز، ويمكنك أيضًا بدؤه هنا.
case-begin = بدء تقديم الخدمة
case-next-follow = تابِع حتى تتحقق الأهداف.
case-not-said = غير معروف أو يفضّل عدم القول
days-late = { $count ->
    [one] متأخر يومًا واحدًا
    [two] متأخر يومين
    [few] متأخر { $count } أيام
    [many] متأخر { $count } يومًا
   *[other] متأخر { $count } يوم
}
form-errors = للتصحيح: { $count }
assign-hint = سيرى أخصائي الحالة الجديد الحالة ضمن المسندة حديثًا. ويؤخذ المشرف والفريق منه إن تُركا فارغين.
reopen-why = لماذا يُعاد فتح الحالة؟
close-reason = سبب الإغلاق
close-satisfaction = مدى رضا الشخص
close-note = ما الذي ينبغي تذكّره؟
close-needs-approval = يتطلب الإغلاق موافقة المشرف أولًا.
close-drop-actions = إلغاء الإجراءات التي ما زالت مفتوحة: { $count }

# Notes, flags, files, approvals, follow-ups
note-kind-label = نوع الملاحظة
note-new = ملاحظة جديدة: ما رأيته وسمعته
note-save = حفظ الملاحظة
note-none = لا ملاحظات بعد.
flag-raise = إضافة تنبيه
flag-kind-label = نوع التنبيه
flag-text = ما موضوعه؟
flag-resolve = حلّ
flag-resolved = تمّ الحلّ
flag-resolution = كيف حُلّ؟
file-add = إضافة ملف
file-choose = الملف
file-hint = PDF أو JPEG أو PNG أو WebP أو DOCX أو XLSX أو ODT أو نص عادي، حتى 10 ميغابايت. يُحفظ مشفّرًا.
file-size = { $name } كيلوبايت
approval-ask = طلب الموافقة
approval-why = ما الذي ينبغي أن يعرفه المشرف؟
approval-comment = تعليق
approval-approve = موافقة
approval-refuse = عدم الموافقة
follow-up-plan = تخطيط متابعة
follow-up-record = تسجيل المتابعة
follow-up-kind = النوع
follow-up-due = بحلول
follow-up-done-on = يوم إجرائها
follow-up-person-seen = تمت رؤية الشخص
follow-up-seen = تمت رؤيته
follow-up-not-seen = لم تتم رؤيته
follow-up-what = ما الذي نتج عنها؟

# Plan
plan-title = الخطة
plan-agreed = تم الاتفاق
plan-none = لا أهداف بعد
plan-none-hint = اسأل الشخص عمّا يودّ أن يتحقق خلال نصف عام.
plan-waits = الخطة بانتظار موافقة المشرف.
plan-agree = اعتماد الخطة
plan-ask-approval = طلب موافقة المشرف على الخطة
plan-one-front = لا شيء مخطَّط على هذه الجبهة: { $name }.
plan-one-front-why = لماذا تُركت إحدى الجبهتين فارغة؟
goal-add = إضافة هدف
goal-new = هدف جديد
goal-edit = الهدف
goal-front = الجبهة
goal-dimension = البُعد
goal-text = ما الذي سيكون قائمًا عند تحقّقه؟
goal-state-label = إلى أين وصل؟
goal-outcome = كيف انتهى؟
goal-actions = الإجراءات الأولى
goal-actions-hint = لا تُحفظ الصفوف الفارغة.
goal-save = حفظ الهدف
action-new = إجراء جديد
action-edit = الإجراء
action-text = ما ينبغي فعله
action-who = من يقوم به
action-user = من يتابعه هنا
action-provider = نوع مقدّم الخدمة
action-due = بحلول
action-state-label = ما آل إليه
action-outcome = النتيجة
action-done-on = يوم الانتهاء
action-save = حفظ الإجراء
action-remove = إزالة الإجراء
action-remove-ask = هل تريد إزالة هذا الإجراء من الخطة؟
progress-title = التقدّم
progress-where = مواضع الأهداف
progress-caption = الأهداف حسب الجبهة والبُعد
progress-no-goal = لا هدف
progress-reached-of = الأهداف المتحققة: { $name }

# Screening
screening-questions = { $count ->
    [one] سؤال واحد. توقّف متى رغب الشخص.
    [two] سؤالان. توقّف متى رغب الشخص.
    [few] { $count } أسئلة. توقّف متى رغب الشخص.
    [many] { $count } سؤالًا. توقّف متى رغب الشخص.
   *[other] { $count } سؤال. توقّف متى رغب الشخص.
}
screening-advice = تحدّث مع الشخص على انفراد، وبحضور مترجم من خارج الأسرة. لا يُحفظ شيء قبل الضغط على «حفظ».
screening-other = أسئلة أخرى
screening-done-on = يوم الإجراء
screening-save = حفظ وعرض النتيجة
screening-source = المصدر
screening-found = ما تبيّن
screening-nothing-found = لم يتبيّن ما يشير إلى احتياج محدد أو تهديد.
screening-weight = الوزن { $name }
screening-all-answers = كل الإجابات
risk-judgement = تقديرك
risk-proposes = تقترح القاعدة: { $name }. القرار لك.
risk-yours = مستوى الخطر
risk-why = السبب
risk-why-hint = مطلوب إذا قرّرت خلاف المقترح.
risk-decide = اعتماد مستوى الخطر

# Lists
list-all = الكل
list-sort = الترتيب
list-overdue = المتأخرة فقط
list-mine = حالاتي فقط
list-no-cases = لا حالات هنا
list-no-cases-hint = غيّر عوامل التصفية أو افتح حالة من صفحة شخص.
list-pages = الصفحات
list-first = الصفحة الأولى
list-next = التالي
list-shown = المعروض: { $count }

# Today and team
today-greeting = مرحبًا، { $name }
today-register = تسجيل شخص
today-notices = للعلم
today-person = الشخص
today-mark-read = وضع علامة «مقروء»
today-overdue = متأخرة
today-due = مستحقة اليوم
today-waiting = بانتظارك
today-new = مسندة حديثًا
today-today = اليوم
today-overdue-title = متأخرة
today-due-title = مستحقة اليوم
today-new-title = أُسندت إليك حديثًا
today-waiting-title = بانتظار موافقتك
today-most-vulnerable = الأكثر ضعفًا أولًا
today-nothing-overdue = لا شيء متأخر.
today-nothing-due = لا شيء مستحق اليوم.
today-nothing-new = لا جديد.
today-nothing-waiting = لا شيء بانتظارك.
today-team-all = الفريق كله
today-go-to = انتقل إلى
team-caption = الحالات المفتوحة لكل أخصائي حالة، وكم منها فيه تأخير
team-open = مفتوحة
team-late = متأخرة
team-nobody = لا أحد بعد
team-something-late = فيها تأخير
team-on-time = في الموعد
numbers-open = حالات مفتوحة
numbers-opened = فُتحت خلال 30 يومًا
numbers-closed = أُغلقت خلال 30 يومًا
numbers-by-risk = حسب الخطر
numbers-by-state = حسب الوضع
numbers-waiting = موافقات قيد الانتظار: { $count }

# Corrections and refusals
invalid-answer = اختر إجابة، و«غير معروف» إجابة أيضًا.
invalid-comment-needed = اذكر سبب عدم الموافقة.
invalid-outcome-needed = اذكر سبب عدم النجاح أو الإلغاء.
invalid-risk-reason = اذكر سبب القرار المخالف للمقترح.
invalid-file-type = هذا النوع من الملفات غير مقبول.
refused-case-wrong-state = هذه الخطوة لا تتبع الوضع الحالي للحالة.
refused-case-closed = الحالة مغلقة. أعد فتحها لمواصلة العمل.
refused-case-no-consent = موافقة الشخص على إدارة الحالة غير مسجّلة. سجّلها أولًا في صفحته.
refused-case-consent-withdrawn = رفض الشخص إدارة الحالة أو سحب موافقته. لا يمكن سوى إغلاق الحالة.
refused-case-not-screened = فرز الاحتياجات المحددة غير موجود.
refused-case-not-assessed = تقييم الأمن الإنساني غير موجود.
refused-case-no-goal = تحتاج الخطة إلى هدف واحد على الأقل له إجراء.
refused-case-one-front = إحدى الجبهتين بلا هدف له إجراء. اذكر السبب أو أضف هدفًا.
refused-case-plan-not-approved = لم يوافق المشرف على الخطة بصيغتها الحالية.
refused-case-closure-not-approved = لم يوافق المشرف على الإغلاق.
refused-case-approval-waiting = ما زال قرار المشرف قيد الانتظار.
refused-case-open-actions = ما زالت هناك إجراءات مفتوحة: أنهِها أو أكّد إلغاءها.
refused-case-no-reason = اذكر السبب.
refused-case-already-decided = سبق البتّ في هذا.
refused-case-own-request = يجب أن يبتّ شخص آخر في طلبك.
refused-case-already-done = سبق أن انتهى هذا.
refused-case-open-case-there = لدى الشخص حالة مفتوحة بالفعل.

# Fields in the history
field-state = الوضع
field-risk = الخطر
field-risk-proposed = الخطر المقترح
field-risk-reason = سبب مستوى الخطر
field-trafficking = الاتجار
field-supervisor-id = المشرف
field-assigned-at = تاريخ الإسناد
field-opened-at = تاريخ الفتح
field-first-contact-at = التواصل الأول
field-assessed-at = تاريخ التقييم
field-planned-at = تاريخ التخطيط
field-in-service-at = تاريخ بدء الخدمة
field-closed-at = تاريخ الإغلاق
field-closure-reason = سبب الإغلاق
field-closure-note = ملاحظة الإغلاق
field-satisfaction = الرضا
field-one-front-reason = سبب خلوّ إحدى الجبهتين
field-due-kind = المستحق التالي
field-due-on = الموعد
field-erase-from = المحو ابتداءً من
field-front = الجبهة
field-dimension = البُعد
field-text = النص
field-outcome = النتيجة
field-goal-id = الهدف
field-case-id = الحالة
field-who = من
field-user-id = أحد العاملين
field-user-name = اسم العامل
field-provider-kind = نوع مقدّم الخدمة
field-done-on = تاريخ الإنجاز
field-person-seen = تمت رؤية الشخص
field-raised-by = أضافه
field-resolved-at = تاريخ الحلّ
field-resolution = الحلّ
field-form = الاستبيان
field-media-type = نوع الملف
field-size = الحجم
field-sensitivity = من يحق له القراءة
field-kind = النوع
field-approval = الموافقة
field-id = رقم السجل
field-person-id = الشخص
field-created-at = تاريخ الإنشاء
approval-none = لم تُطلب أي موافقة بعد.
flag-none = لا توجد تنبيهات.
file-none = لا توجد ملفات بعد.
follow-up-none = لا توجد متابعة مقررة بعد.
screening-none = لم يُجرَ أي فرز بعد.
case-pdf = الحالة بصيغة PDF
today-my-cases = حالاتي
today-late-cases = الحالات المتأخرة
today-to-case = عرض الحالة
today-to-person = عرض الشخص
today-more-notices = { $count ->
    [one] إشعار آخر
    [two] إشعاران آخران
    [few] { $count } إشعارات أخرى
    [many] { $count } إشعارًا آخر
   *[other] { $count } إشعار آخر
}
goal-more-actions = إجراءات أخرى
