nav-forms = الاستمارات
forms-intro = استبيانات مكتوبة بصيغة XLSForm: ارفع ورقة وجرّبها ثم انشرها. يملؤها العاملون على الحالات لحالةٍ ما، هنا أو على الهاتف.
forms-inbox = بانتظار الإسناد
forms-inbox-intro = ما أرسلته الهواتف من غير حالة يجوز للمرسل العمل عليها. يُحفظ حتى يسنده أحد إلى حالة.
forms-inbox-empty = لا شيء ينتظر حالة
forms-add = إضافة استمارة أو نسختها التالية
forms-choose = ورقة الاستمارة
forms-choose-hint = ‏XLSForm بصيغة ‎.xlsx أو ‎.xls أو ‎.csv أو ‎.md، حتى 8 ميغابايت. المعرّف في إعداداتها يدل على الاستمارة.
forms-upload = رفع
forms-none = لا استمارات بعد
forms-none-hint = أول ورقة ترفعها تصبح أول استمارة.
form-one = الاستمارة
form-title = العنوان
form-version = النسخة
form-versions = النسخ
form-submissions = الإرسالات
form-submissions-count = { $count ->
    [0] لا إرسالات
    [one] إرسال واحد
    [two] إرسالان
    [few] { $count } إرسالات
   *[other] { $count } إرسالًا
 }
form-changed = آخر تغيير
form-state = الوضع
form-state-draft = مسودة
form-state-open = مفتوحة
form-state-closing = قيد الإغلاق
form-state-closed = مغلقة
form-state-hint = مفتوحة: تُعرض وتُستلم. قيد الإغلاق: لا تُعرض، ويُستلم ما بدأ. مغلقة: لا يُستلم شيء.
form-version-state-draft = مسودة
form-version-state-published = منشورة
form-version-state-retired = مستبدلة
form-remarks = ما يجب تغييره في الورقة
form-sheet = الورقة
form-row = الصف
form-column = العمود
form-what-to-do = ما الخطأ وماذا يُكتب
form-whole-file = الملف
form-sheet-refused = { $count ->
    [one] لا يمكن استعمال الورقة: أمر واحد للتغيير
    [two] لا يمكن استعمال الورقة: أمران للتغيير
    [few] لا يمكن استعمال الورقة: { $count } أمور للتغيير
   *[other] لا يمكن استعمال الورقة: { $count } أمرًا للتغيير
 }
form-nothing-kept = لم يُحفظ شيء. غيّر الورقة وارفعها من جديد.
form-warnings = { $count ->
    [one] الاستمارة صالحة للاستعمال. أمر واحد ربما لم يُقصد هكذا.
    [two] الاستمارة صالحة للاستعمال. أمران ربما لم يُقصدا هكذا.
    [few] الاستمارة صالحة للاستعمال. { $count } أمور ربما لم تُقصد هكذا.
   *[other] الاستمارة صالحة للاستعمال. { $count } أمرًا ربما لم تُقصد هكذا.
 }
form-draft = نسخة مسودة
form-draft-hint = لا يراها أحد غيرك بعد. وبعد نشرها لا تتغير.
form-try-out = تجربة
form-publish = نشر
form-publish-sure = أتنشر هذه النسخة؟ من بعدُ تُملأ هي، ولا يمكن تغييرها.
form-files = الملفات
form-files-hint = صور وقوائم تطلبها الاستمارة.
form-files-missing = { $count ->
    [one] ملف واحد ناقص.
    [two] ملفان ناقصان.
    [few] { $count } ملفات ناقصة.
   *[other] { $count } ملفًا ناقصًا.
 }
form-file-missing = ناقص
form-file-there = موجود
form-file-kept = يوجد ملف محفوظ. إزالته
form-live-list = يصنع واتاري هذه القائمة بنفسه: من يجوز للمستخدم رؤيتهم.
form-uploaded = وقت الرفع
form-downloads = تنزيل
form-the-sheet = الورقة
form-print = استمارة فارغة
form-print-hint = كل الأسئلة، حتى ما يُسأل أحيانًا فقط. اطبع هذه الصفحة لتُملأ باليد.
form-settings = الإعدادات
form-subject-field = السؤال الذي فيه الحالة أو الشخص
form-subject-hint = فيه معرّف أو رقم حالة أو شخص. إن لم يُختر شيء هنا: { $name }.
form-next-version = النسخة التالية
form-next-version-hint = اكتب نسخة أخرى في إعدادات الورقة وارفعها.
form-sent = أُرسلت
form-names = تسمّي
form-assign = إسناد
form-case-number = رقم الحالة
form-pages = صفحات الاستمارة
form-page = صفحة { $count }
form-back = رجوع
form-next = التالي
form-send = تسليم
form-save-later = حفظ لوقت لاحق
form-check-all = فحص كل الإجابات
form-trying-out = أنت تجرّب الاستمارة. لا يُحفظ شيء مما تدخله.
form-tried-out = كل الإجابات كما تريدها الاستمارة. لم يُحفظ شيء.
form-look = تحديث
form-discard = التخلص من هذه المسودة
form-discard-sure = أتتخلص من هذه المسودة بكل إجاباتها؟
form-handed-in = سُلّمت الاستمارة وهي الآن مع الحالة.
form-remove-one = إزالة
form-add-one = إضافة: { $name }
form-confirm = نعم، مؤكد
form-required = لازم
form-latitude = خط العرض
form-longitude = خط الطول
form-altitude = الارتفاع بالأمتار
form-accuracy = الدقة بالأمتار
form-rank = المرتبة { $count }
form-record = السجل (XML)
form-found = { $count ->
    [one] أمر واحد ما كانت الاستمارة لتسمح به.
    [two] أمران ما كانت الاستمارة لتسمح بهما.
    [few] { $count } أمور ما كانت الاستمارة لتسمح بها.
   *[other] { $count } أمرًا ما كانت الاستمارة لتسمح بها.
 }
form-found-hint = الإجابات محفوظة كما أُرسلت، ومعلَّمة.
form-wrong-required = أجب عن هذا السؤال.
form-wrong-constraint = هذه الإجابة غير مسموح بها.
form-wrong-type = ليس هذا نوع الإجابة المطلوب.
form-wrong-not-offered = اختر مما هو معروض، كل خيار مرة واحدة.
form-wrong-range = أعطِ رقمًا على المقياس، عند إحدى علاماته.
form-wrong-rank = أعطِ كل خيار مرتبته.
finding-unknown = ليس في الاستمارة مثل هذا السؤال.
finding-not-relevant = ما كانت الاستمارة لتسأل هذا.
finding-required = تحتاج الاستمارة إلى إجابة هنا.
finding-constraint = لا تسمح الاستمارة بهذه الإجابة.
finding-type = ليس هذا نوع الإجابة المطلوب.
finding-not-offered = لا تعرض الاستمارة هذا الخيار.
finding-range = الرقم ليس على المقياس.
finding-rank = ليس لكل خيار مرتبته.
finding-calculated-otherwise = تحسب الاستمارة: { $name }
finding-instances = تعدّ الاستمارة: { $name }
finding-other-version = مُلئت بنسخة أخرى؛ وحُكم عليها بالنسخة { $name }
finding-not-judged = لم تستطع الاستمارة الحكم على هذا.
forms-of-case = الاستمارات
forms-of-case-none = لم تُملأ أي استمارة.
forms-fill-in = ملء استمارة
form-go-on = مسودة: متابعة
form-marked = معلَّم: { $count }
kind-form = استمارة
kind-submission = إرسال
kind-device = جهاز
permission-manage-forms = إدارة الاستمارات لمسؤولي البيانات والمديرين.
refused-form-published = النسخة المنشورة لا تتغير. ارفع الورقة أولًا كنسخة جديدة.
refused-form-no-draft = لا مسودة لنشرها. ارفع ورقة أولًا.
refused-form-files-missing = ملفات تطلبها الاستمارة ناقصة. ارفعها أولًا.
refused-form-not-open = لا يمكن ملء هذه الاستمارة: ليست مفتوحة.
error-sheet = لا يمكن استعمال الورقة
error-sheet-advice = لم يُحفظ شيء. غيّر الورقة وارفعها من جديد.
invalid-form-version = نُشرت نسخة بهذا الاسم من قبل. اكتب نسخة أخرى في ورقة settings، عمود version.
invalid-form-state = الاستمارة المنشورة مفتوحة أو قيد الإغلاق أو مغلقة؛ والمسودة تُنشر أولًا.
invalid-form-file = لا تطلب الاستمارة ملفًا بهذا الاسم.
invalid-form-text = الملف ليس نصًا بترميز UTF-8: احفظه بترميز UTF-8.
invalid-form-table = لا تستطيع الاستمارة قراءة هذا الملف: يجب أن يسمّي الصف الأول الأعمدة وأن يوافقها كل صف.
invalid-file-large = الملف كبير جدًا: 10 ميغابايت على الأكثر.
invalid-case = لا توجد حالة كهذه يجوز العمل عليها.
field-form-name = معرّف الاستمارة
field-form-version = النسخة
field-form-state = الوضع
field-file-name = الملف
field-subject-field = السؤال الذي فيه الحالة أو الشخص
field-title = العنوان
field-found = ما لا تسمح به الاستمارة
devices = الأجهزة
devices-intro = هواتف وأجهزة لوحية عليها ODK Collect. يعمل كل منها باسم مستخدمه: يستلم الاستمارات وقوائم من يجوز للمستخدم رؤيتهم، وما يرسله من المستخدم.
device-made = الجهاز جاهز
device-once = امسح هذه الصورة بتطبيق ODK Collect (أضف مشروعًا وامسح الرمز). تُعرض مرة واحدة فقط؛ والمفتاح في العنوان يفتح ما يجوز لمستخدمه رؤيته.
device-picture = إعدادات ODK Collect كرمز QR
device-make = إنشاء جهاز
device-name = اسم الجهاز
device-user = المستخدم
device-since = منذ
device-end = إنهاء مفتاحه
device-end-sure = أتنهي مفتاح هذا الجهاز؟ لن يستلم ولن يرسل شيئًا بعد ذلك.
device-none = لا أجهزة
refused-submission-differs = أُرسل السجل نفسه من قبل بإجابات أخرى. لم يتغير شيء.
invalid-device-user = هذا المستخدم لا يملأ استمارات.
documents-submissions = الإرسالات
field-device = الجهاز
form-export = كل إرسالات هذه الاستمارة
form-table = صف لكل إرسال (CSV)
form-table-of = صف لكل: { $name } (CSV)
