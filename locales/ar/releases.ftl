# أرقام للجمهور
nav-releases = الإصدارات
releases-title = الإصدارات
releases-intro = أرقام للجمهور. شخص يُعد الإصدار، وشخص ثانٍ يقرر.
releases-none = لا إصدارات بعد
releases-none-hint = مسؤول البيانات يُعد الأول.
release-new = إصدار جديد
release-edit = تغيير الإصدار
release-title = العنوان
release-title-hint = بلغة واحدة على الأقل. من يقرأ بلغة أخرى يرى العنوان الأول.
release-state = الحالة
release-indicators = المؤشرات
release-indicator = المؤشر
release-organisation = المنظمة
release-prepared-by = أعدّه
release-submitted-at = عُدّ وقُدّم
release-decided-by = قرر فيه
release-table = جدول
release-tables = الجداول
release-tables-hint = كل جدول يعرض جميع من عُدّوا. لا يمكن الانتقاء: فالفرق عن الكل يكشف عمن تُركوا.
release-counted = ما الذي يُعد
release-by = موزعاً بحسب
release-which-by = بحسب ماذا يمكن توزيع كل مؤشر
release-period = الفترة
release-period-hint = خذ سنوات أو أرباعاً كاملة، وأبقِ اليوم الأول نفسه عند نشر الأرقام ذاتها مرة أخرى: عندها يمكن حماية الإصدارين من المقارنة.
release-period-words = من { $from } إلى { $to }
release-from = من
release-to = إلى
release-protection = الحماية
release-protection-hint = كل طريقة تمنع التعرف على الناس. الأولى تعرض معظم الأرقام كما هي؛ والأخريان تُثبتان كم هو قليل ما يُقال عن أي شخص، مهما عرف القارئ.
release-method-suppression = حذف الأرقام الصغيرة
release-method-noise = إضافة ضوضاء (خصوصية تفاضلية)
release-suppression-hint = تُحذف أرقام من هم أقل من العتبة، ومعها ما يلزم من غيرها كي لا يُستنتج أي منها.
release-threshold = العتبة
release-rounding = التقريب إلى
release-no-rounding = بلا تقريب
release-noise-hint = يُغيَّر كل رقم بعدد عشوائي يُسحب مرة واحدة. وما يكلفه يُخصم من الميزانية نهائياً.
release-epsilon = ε هذا الإصدار (من 0.05 إلى 2؛ الأقل أكثر أماناً وأقل دقة)
release-licence = الرخصة
licence-cc-by = يجوز للجميع استخدامه مع ذكر المصدر
licence-cc-by-sa = يجوز للجميع استخدامه مع ذكر المصدر والمشاركة بالمثل
licence-cc0 = يجوز للجميع استخدامه لأي غرض
release-see-published = عرض الصفحة العامة
release-was-returned = أعاده
release-was-withdrawn = سُحب. ما يقرؤه الجمهور عنه:
release-risk = ما كان سيكشفه بلا حماية
release-risk-some = بعض الأرقام تمثل أشخاصاً قليلين إلى حد قد يُعرف معه أحدهم. وهي محمية أدناه.
release-risk-none = لا رقم أصغر من العتبة.
release-risk-small = أرقام صغيرة
release-risk-people = أشخاص فيها
release-risk-zeros = أرقام فارغة
release-risk-difference = تُستنتج بالفرق
release-suppressed = { $count ->
    [one] رقم واحد محذوف.
   *[other] { $count } أرقام محذوفة.
}
release-earlier = نُشر من قبل
release-earlier-hint = رأى الجمهور هذه الأرقام ويمكنه المقارنة. والفرق بينها وبين هذا الإصدار يكشف عمن جاؤوا بينهما، لذلك قد تُحذف هنا أرقام أكثر.
release-told-before = { $count ->
    [one] رقم صغير واحد يمكن استنتاجه مما نُشر من قبل. ولا يستطيع هذا الإصدار تغيير ذلك.
   *[other] { $count } أرقام صغيرة يمكن استنتاجها مما نُشر من قبل. ولا يستطيع هذا الإصدار تغيير ذلك.
}
release-as-seen = كما يراه الجمهور
release-noise-preview = تُسحب الضوضاء مرة واحدة عند التقديم: فالرقم الذي يمكن سحبه مراراً يكشف نفسه. في 95 من 100 حالة يكون الرقم ضمن ± { $within } من العدد، والمجاميع أبعد. بقي من الميزانية ε { $left }.
release-with-threshold = تُحذف الأرقام تحت { $threshold }
release-with-rounding = تُحذف الأرقام تحت { $threshold } ويُقرَّب غيرها إلى { $base }
release-with-noise = ضوضاء، ε { $epsilon }
release-submit = تقديم
release-submit-hint = تُعد الأرقام وتُحمى وتُجمد الآن. ويقرر شخص ثانٍ.
release-discard = إتلاف
release-discard-sure = إتلاف هذا الإصدار؟
release-discarded = أُتلف
release-decide = قرارك
release-decide-hint = انظر إلى الخطر والحماية والجدول. ما يُنشر لا يمكن استرداده ممن رأوه.
release-publish = نشر
release-return = إعادة
release-return-why = لماذا يُعاد؟
release-waits = ينتظر شخصاً ثانياً: مشرفاً أو مدير برنامج لم يُعدّه.
release-withdraw = سحب
release-withdraw-hint = تغادر الأرقام الصفحة العامة. ويبقى أنها كانت هناك ولماذا لم تعد.
release-withdraw-why = لماذا؟ يقرأ الجمهور هذا.
release-withdraw-sure = سحب هذا الإصدار من الصفحة العامة؟
release-total = المجموع
release-out-of = من أصل
release-others = آخرون
release-people = أشخاص
release-within = الهامش (±)
release-status = حالة الرقم
release-code-of = { $name } (الرمز)
release-met = المعيار
release-met-yes = متحقق
release-met-no = غير متحقق
release-sign = [c]: لا يُذكر، كي لا يُعرف أحد. ±: غُيّر الرقم بعدد عشوائي؛ في 95 من 100 حالة يقع العدد ضمن الهامش.
release-status-confidential = لا يُذكر، كي لا يُعرف أحد
release-status-rounded = مقرّب
release-status-noise = غُيّر بعدد عشوائي
release-format-csv = CSV
release-format-xlsx = Excel
release-format-json-stat = JSON-stat
release-cite = كيف يُستشهد به
release-citation = { $organisation } ({ $year }): { $title }. { $address }

# مذكرة المنهج
release-note = كيف وُضعت هذه الأرقام
release-note-counted = ما الذي عُدّ
release-note-period = أشخاص من { $from } إلى { $to }.
release-note-of = { $name }: { $words }
release-note-out-of = من أصل: { $all }
release-note-left-out = من ليس فيها
release-note-consent = عُدّ في { $day }، فقط من وافقوا في ذلك اليوم على أن يُعدّوا. أما غيرهم فليسوا في هذه الأرقام.
release-note-withdrawn = من يسحب موافقته لا يكون في الإصدار التالي. وما نُشر قبل ذلك يبقى كما هو.
release-note-protected = كيف يُحمى الناس
release-note-threshold = لا تُذكر الأرقام التي تمثل أقل من { $threshold } أشخاص، والصفر منها.
release-note-sign = حيث يرد [c] كان الرقم صغيراً، أو حُذف كي لا يُستنتج رقم صغير. وأيهما لا يُقال.
release-note-audited = من يعرف جميع الأرقام المنشورة لا يستطيع حصر رقم محذوف في أقل من { $threshold } قيم ممكنة. جرى التحقق من ذلك قبل النشر.
release-note-rounding = جميع الأرقام الأخرى مقرّبة إلى مضاعف { $base }. لذلك قد لا تساوي الصفوف المجموع.
release-note-earlier = أُخذت الإصدارات السابقة للأرقام ذاتها في الحسبان، فلا تكشف المقارنة بينها شيئاً آخر.
release-note-noise = غُيّر كل رقم بعدد عشوائي (ضوضاء غاوسية متقطعة، الانحراف المعياري { $sigma })، بحيث يحقق الإصدار الخصوصية التفاضلية عند ε = { $epsilon } وδ = { $delta }، محسوبة لكل شخص ومجموعة عبر الإصدارات بصفة ρ (الخصوصية التفاضلية المركزة).
release-note-noise-read = 123 ± 20 تعني: في 95 من 100 حالة يقع العدد بين 103 و143. وقد تكون الأرقام الصغيرة ضوضاء في معظمها؛ وما دون الصفر يُعرض صفراً.
release-note-noise-sums = سُحبت الضوضاء مرة واحدة. والمجاميع هي مجاميع الأرقام المسحوبة، فهامشها أوسع؛ ورفع ما دون الصفر إلى صفر قد يجعل الصفوف لا تساوي المجموع.
release-note-sources = التعريفات

# الصفحة العامة
published-title = أرقام منشورة
published-intro = أرقام نشرتها منظمات تعمل مع أشخاص في الهجرة، بحيث لا يمكن التعرف على أحد فيها.
published-withdrawn = سُحب هذا الإصدار في { $name }.

# السجل
release-ledger = الميزانية والسجل
release-ledger-intro = كل إصدار بضوضاء يكشف القليل عن كل شخص، وهذا يتراكم. والميزانية تقول إلى أي حد.
release-ledger-entries = ما أُنفق
release-ledger-empty = لم يُقدَّم شيء بعد.
release-spent-at = متى
release-spent-nothing = لا شيء: بلا ضوضاء
release-budget = الميزانية
release-budget-spent = أُنفق
release-budget-left = الباقي لإصدار واحد
release-budget-adds = تُجمع التكاليف بصفة ρ، وهي أقل مما تقوله ε مجموعة. والإصدار بلا ضوضاء لا يكلف شيئاً هنا لأنه محمي بطريقة أخرى.
release-budget-proposed = ميزانية مقترحة
release-proposed-by = اقترحها
release-budget-confirm = تأكيد هذه الميزانية
release-budget-waits = يجب أن يؤكدها شخص ثانٍ: مشرف أو مدير برنامج أو مسؤول نظام آخر.
release-budget-propose = اقتراح ميزانية
release-budget-hint = المعتاد ε من 1 إلى 4 في المجموع. وδ أقل بكثير من واحد مقسوماً على عدد الأشخاص.
budget-lasts-year = لكل سنة تقويمية
budget-lasts-ever = إلى الأبد

release-state-draft = مسودة
release-state-submitted = ينتظر القرار
release-state-returned = أُعيد
release-state-published = منشور
release-state-withdrawn = مسحوب
kind-release = إصدار
kind-budget = ميزانية الخصوصية
permission-prepare-releases = إعداد الأرقام للجمهور من شأن مسؤولي البيانات.
permission-approve-releases = تقرير ما يراه الجمهور من أرقام من شأن المشرفين ومديري البرامج.
field-first-on = اليوم الأول
field-last-on = اليوم الأخير
field-release-state = الحالة
field-release-method = الحماية
field-indicators = المؤشرات
field-titles = العناوين
field-threshold = العتبة
field-rounding = التقريب
field-epsilon = ε
field-delta = δ
field-lasts = المدة
settings-public-page = للأرقام المنشورة صفحة عامة بلا تسجيل دخول
field-public-page = الصفحة العامة

error-budget-spent = الميزانية لا تكفي
error-budget-spent-detail = بقي ε { $left } لإصدار واحد. خذ ε أصغر، أو احذف الأرقام الصغيرة بدلاً من إضافة ضوضاء، أو انتظر ميزانية جديدة.
error-budget-spent-advice = لم يُسحب أو يُنشر شيء. ارجع وغيّر الإصدار.
refused-release-not-open = قُدّم هذا الإصدار فلا يمكن تغييره. انظر إليه من جديد.
refused-release-not-submitted = هذا الإصدار لا ينتظر قراراً. انظر إليه من جديد.
refused-release-not-published = هذا الإصدار ليس على الصفحة العامة.
refused-release-own = من أعد إصداراً لا يقرر فيه. اطلب ذلك من شخص ثانٍ.
refused-release-others-since = نُشرت الأرقام ذاتها في إصدار آخر بعد عدّ هذا. أعده كي يُعد ويُحمى من جديد.
refused-release-overlaps = إصدار سابق يعد بعض هذه الأيام ويبدأ في يوم آخر. ومن كليهما تُستنتج الأيام بينهما. خذ فترة تبدأ في اليوم نفسه أو بعد انتهاء السابق.
refused-release-too-large = هذه الجداول مع ما نُشر من قبل أكبر من أن يُتحقق منها. خذ جداول أو أبعاداً أقل، أو أضف ضوضاء.
refused-release-other-values = تغيرت قيم أحد الأبعاد منذ الإصدار السابق فلا يمكن التحقق منهما معاً. خذ بعداً آخر أو أضف ضوضاء.
refused-release-disagree = جدولان من هذه لا يعدان الأشخاص أنفسهم ولا يمكن التحقق منهما معاً. ضعهما في إصدارين منفصلين.
refused-release-contradiction = ما يُعد الآن لا يمكن أن يصح مع ما نُشر عن هذه الأيام من قبل. اسأل مسؤول البيانات عما تغيّر، أو خذ فترة أخرى.
refused-budget-own = من اقترح ميزانية لا يؤكدها. اطلب ذلك من شخص ثانٍ.
invalid-release-title = اكتب عنواناً بلغة واحدة على الأقل.
invalid-release-title-twice = هناك عنوانان باللغة نفسها.
invalid-release-tables = اختر ما الذي يُعد.
invalid-release-too-many-tables = ستة جداول على الأكثر في إصدار.
invalid-release-unit = لا تُنشر إلا المؤشرات التي تعد الأشخاص: فعشر حالات قد تكون لشخص واحد.
invalid-release-dimensions = ثلاثة أبعاد على الأكثر: بعدها لا يكاد يبقى رقم.
invalid-release-by = لا يمكن توزيع هذا المؤشر بحسب ذلك.
invalid-release-twice = البعد أو الجدول نفسه مكرر.
invalid-release-period = اليوم الأخير قبل الأول.
invalid-release-period-open = اليوم الأخير في المستقبل.
invalid-release-threshold = العتبة عدد من 3 إلى 100.
invalid-release-delicate = الصحة والاتجار يحتاجان إلى عتبة 10 أو أكثر.
invalid-release-overlapping = بعد واحد فقط مما قد يكون للشخص فيه عدة قيم، كالاحتياجات.
invalid-release-open-dimension = مع الضوضاء يجب أن تكون القيم معروفة مسبقاً: الجنسية والمسار غير ممكنين.
invalid-release-epsilon = ε عدد من 0.05 إلى 2.
invalid-budget-epsilon = ε الميزانية عدد من 0.1 إلى 10.
invalid-budget-delta = يجب أن تكون δ فوق الصفر، و0.001 على الأكثر، وأقل من واحد مقسوماً على عدد الأشخاص.

# السجلات الاصطناعية
release-method-records = إنشاء سجلات اصطناعية (الخصوصية التفاضلية)
release-method-records-hint = ملف بعدد مماثل من أشخاص لا وجود لهم، تشبه أرقامهم أرقام الأشخاص الذين تم الوصول إليهم. لا حاجة إلى اختيار أي جدول. وتؤخذ كلفته من الميزانية نهائياً.
release-columns = ما تقوله السجلات عن كل شخص
release-with-records = سجلات اصطناعية، ε { $epsilon }
release-records = سجلات اصطناعية
release-records-number = { $count ->
    [zero] لا سجلات.
    [one] سجل واحد.
    [two] سجلان.
    [few] { $count } سجلات.
    [many] { $count } سجلاً.
   *[other] { $count } سجل.
}
release-records-hint = ليس أي سطر شخصاً. هي معاً تشبه الأشخاص الذين تم عدّهم، أما السطر وحده فلا يقول شيئاً.
release-records-sample = السجلات الأولى
release-records-preview = تُنشأ السجلات مرة واحدة عند الإرسال: فمن يرى مجموعات عدة يستنتج المزيد عن الأشخاص. في 95 من 100 حالة لا يبعد عدد السجلات التي لها قيمة ما عن عدد الأشخاص بأكثر من ± { $within }: فإن كان ذلك كثيراً قياساً بمن لديك فاختر أعمدة أقل أو انشر جداول. المتبقي من الميزانية ε { $left }.
release-alone-hint = لو نُشر الأشخاص أنفسهم بما اخترته لأمكن التعرف على هذا العدد منهم. ليس أي سطر من السجلات الاصطناعية واحداً منهم.
release-alone-unique = لا يشاركهم فيه أحد
release-alone-few = يشاركهم فيه أقل من عشرة
release-apart = مدى قرب السجلات
release-apart-hint = لهذه الدار وحدها: فقد قورنت بالأشخاص، ولذلك تخبر عنهم.
release-apart-length = عدد الأعمدة المنظور فيها معاً
release-apart-share = الفرق بالنسبة المئوية من الأشخاص
release-status-synthetic = معدود في سجلات اصطناعية
records-format-csv = CSV
records-format-xlsx = Excel
records-format-json = JSON
release-note-records = ليس أي سجل شخصاً. سُحبت السجلات بحيث توافق أرقاماً غُيّرت بأعداد عشوائية (ضجيج غاوسي متقطع، انحرافه المعياري { $sigma } في عدد من لديهم كل قيمة)، فيحقق النشر الخصوصية التفاضلية بـ ε = { $epsilon } و δ = { $delta } محسوبة لكل شخص.
release-note-records-read = أرقام العمود الواحد ومعظم أرقام العمودين قريبة من الحقيقة. ما تشترك فيه سجلات قليلة قد يكون مختلقاً، وما يشترك فيه أشخاص قليلون قد يغيب. لا تستنتج شيئاً من سجل واحد.
release-note-records-tables = الجداول معدودة في السجلات. وقد أُنشئت مرة واحدة، ولا تستطيع الدار إنشاء غيرها عن الأشخاص أنفسهم دون إنفاق المزيد من ميزانيتها.
refused-release-too-few = الأشخاص أقل من أن يحتملوا هذا القدر من الضجيج: لن يبقى سوى الضجيج. خذ ε أكبر أو فترة أطول أو أعمدة أقل، أو انشر جداول.
invalid-release-columns = اختر أمرين على الأقل تقولهما السجلات.
field-columns = الأعمدة
