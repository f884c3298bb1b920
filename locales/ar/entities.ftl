entity-lists = القوائم
entity-lists-intro = ما تنشئه الاستمارات وتغيّره وتختار منه: أماكن وأسر وأشياء. الصفوف عن حالة يراها من يرى الحالة، وسائر الصفوف تراها المؤسسة.
entity-lists-none = لا قوائم بعد
entity-list-make = أنشئ قائمة
entity-list-make-hint = الاستمارة التي فيها ورقة اسمها entities تنشئ قائمتها عند نشرها؛ وهنا تنشئ قائمة بيدك.
entity-list-name = الاسم في الاستمارات
entity-list-reach = من يرى الصفوف
entity-list-reach-hint = يسري هذا الضبط هنا وفي الاستمارات وعلى الهواتف.
list-reach-house = الحالات لمن يراها، وسائر الصفوف للمؤسسة
list-reach-maker = من أنشأها فقط
entity-properties = الخصائص
entity-properties-lines = الخصائص، واحدة في كل سطر
entity-properties-further = خصائص أخرى، واحدة في كل سطر
entity-rows = الصفوف
entity-rows-none = لا صفوف تراها
entity-rows-managed = الصفوف عن حالة تُعدّ هنا وتظهر لمن يرى الحالة.
entity-count = { $count ->
    [0] لا صفوف
    [one] صف واحد
    [two] صفان
    [few] { $count } صفوف
    [many] { $count } صفًا
   *[other] { $count } صف
 }
entity-held = { $count ->
    [one] تغيير واحد ينتظر ما قبله
    [two] تغييران ينتظران ما قبلهما
    [few] { $count } تغييرات تنتظر ما قبلها
    [many] { $count } تغييرًا تنتظر ما قبلها
   *[other] { $count } تغيير تنتظر ما قبلها
 }
entity-label = التسمية
entity-made-by = أنشأها
entity-stands = قائم
entity-waits = ينتظر حالته
entity-deleted = محذوف
entity-case = الحالة
entity-change = غيّره هنا
entity-delete = احذف
entity-delete-sure = أتحذف هذا الصف؟ لن تعرضه الاستمارات والهواتف بعد الآن؛ ويمكنك استعادته.
entity-restore = استعد
entity-resolve = هو صحيح كما هو
entity-made-from = انطلاقًا من النسخة { $count }
entity-conflict-soft = تغييران متوازيان
entity-conflict-hard = تغييران متناقضان
entity-conflict-soft-hint = أُجري تغييران انطلاقًا من النسخة نفسها في أمرين مختلفين. كلاهما قائم. انظر هل يتوافقان.
entity-conflict-hard-hint = أُجري تغييران للأمر نفسه انطلاقًا من النسخة نفسها. القائم هو آخر ما وصل. صحّحه، أو قل إنه صحيح.
entity-upload = خذ صفوفًا من ملف CSV
entity-upload-hint = الأعمدة: label والخصائص. الصف الذي له معرّف في العمود name يغيّر ذلك الصف؛ وسائر الصفوف جديدة. حتى 5000 صف.
entity-upload-refused = لم يُؤخذ الملف
entity-upload-refused-hint = لم يُحفظ شيء. غيّر هذه الصفوف وأرسل الملف من جديد.
entity-uploaded-made = { $count ->
    [one] صف جديد واحد.
    [two] صفان جديدان.
    [few] { $count } صفوف جديدة.
    [many] { $count } صفًا جديدًا.
   *[other] { $count } صف جديد.
 }
entity-uploaded-changed = { $count ->
    [one] تغيّر صف واحد.
    [two] تغيّر صفان.
    [few] تغيّرت { $count } صفوف.
    [many] تغيّر { $count } صفًا.
   *[other] تغيّر { $count } صف.
 }
entity-uploaded-same = { $count ->
    [one] صف واحد كان كذلك من قبل.
    [two] صفان كانا كذلك من قبل.
    [few] { $count } صفوف كانت كذلك من قبل.
    [many] { $count } صفًا كان كذلك من قبل.
   *[other] { $count } صف كان كذلك من قبل.
 }
entity-of-submission = في القوائم
finding-entity = لا يمكن قراءة هذا الصف من القائمة:
finding-entity-exists = في القائمة صف بهذا المعرّف من قبل.
finding-entity-missing = ليس في القائمة صف كهذا يراه المرسِل.
finding-entity-deleted = حُذف هذا الصف.
finding-entity-version = لم تكن للصف قط النسخة التي انطلق منها هذا التغيير.
finding-entity-label = الصف الجديد يحتاج إلى تسمية.
finding-entity-sensitivity = حساسية الصف من نوع غير نوع هذه الاستمارة.
finding-entity-waits = التغيير الذي قبله على الجهاز نفسه لم يصل بعد. هذا ينتظر.
kind-entity = صف في قائمة
kind-entity-list = قائمة استمارات
field-entity-list = القائمة
field-entity-number = النسخة
field-reach = من يرى الصفوف
field-properties = الخصائص
field-label = التسمية
field-conflict = التعارض
invalid-list-name = يبدأ الاسم بحرف وليس فيه إلا حروف وأرقام و- و_.
invalid-list-taken = هناك قائمة بهذا الاسم من قبل.
invalid-property = تبدأ الخاصية بحرف ولا مسافات فيها؛ وname وlabel وما يبدأ بـ __ محجوزة.
refused-entity-deleted = هذا الصف محذوف. استعده أولًا.
refused-entity-not-deleted = هذا الصف غير محذوف.
refused-entity-no-conflict = لا تعارض لتسويته.
refused-entity-exists = في القائمة سطر بهذا المعرّف من قبل. أعط السطر الجديد معرّفًا خاصًا به.
field-source = مأخوذ من
held-changes = تغييرات تنتظر
held-changes-hint = أُجريت دون اتصال، ولم يصل التغيير الذي قبل كل منها. طبّق التغيير على ما هو قائم الآن أو ألغه؛ وتبقى استمارته كما أُرسلت.
held-no-entity = لم يصل السطر نفسه أيضاً
held-why = لماذا؟
held-act-apply = طبّق الآن
held-act-discard = ألغِ
finding-entity-discarded = كان التغيير ينتظر ما قبله ثم أُلغي.
refused-held-no-entity = السطر الذي يغيّره ليس هنا، أو ليس لك. انتظر الاستمارة التي أنشأته، أو ألغِ التغيير.
field-held-change = تغيير كان ينتظر
