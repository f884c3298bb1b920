# Figures
nav-statistics = الأرقام
documents-statistics = الأرقام
statistics-definitions = ماذا تعني الأرقام
statistics-period = الفترة
statistics-own-days = أيام من اختيارك
statistics-from = من
statistics-to = إلى
statistics-all = الكل
statistics-show = عرض
statistics-wrong-period = تعذرت قراءة الفترة؛ تُعرض هذه السنة
invalid-period = اختر فترة من القائمة.
statistics-exact = أرقام دقيقة، ليست للنشر.
statistics-exact-hint = قد تكشف الأرقام الصغيرة هوية شخص ما. وهي عن المنظمة كلها، وعن الأشخاص الذين وافقوا على احتسابهم.
statistics-period-before = أسبق
statistics-period-next = أحدث
statistics-before = الفترة السابقة:
statistics-a-year-ago = قبل سنة:
statistics-groups = المجموعات
statistics-other-sex = جنس آخر أو غير معروف
statistics-children = الأطفال دون 18 سنة
statistics-older = 60 سنة فأكثر
statistics-with-disability = ذوو الإعاقة
statistics-disability-yes = وُجدت إعاقة
statistics-disability-no = لم توجد إعاقة
statistics-unknown = غير معروف
statistics-none = لا شيء
statistics-out-of = من أصل
statistics-per-cent = بالمئة
statistics-median = وسيط الأيام
statistics-total = الإجمالي
statistics-over-time = عبر الزمن
statistics-over-time-table = الخط في جدول
statistics-meaning = ما معناه
statistics-numerator = ما يُحسب
statistics-denominator = من أصل
statistics-limits = ما لا يقوله
statistics-sdg = قريب من مؤشر التنمية المستدامة
statistics-by = مصنّف حسب
statistics-and-by = وحسب
statistics-source = المصدر
statistics-nobody = لا أحد في هذه الفترة.
statistics-overlaps = قد يرد الشخص في عدة صفوف، فيزيد مجموعها على الإجمالي.
statistics-keeps-back = لا تُعرض الأرقام عن الاتجار إلا لمن يحق له قراءة تلك الإجابات.
statistics-who = فقط من وافقوا على احتسابهم حتى اليوم: ومن يسحب موافقته يختفي من الرقم التالي. العمر هو في آخر يوم من الفترة؛ أما الوضع والجنسية والإعاقة والمسار فكما تُعرف اليوم.
statistics-not-measured = لا يُقاس لأن سجلات الخدمة لا تقوله: مؤشرات التنمية المستدامة 10.7.1 (كلفة التوظيف) و10.7.2 (سياسات الهجرة) و10.7.3 (الوفيات وحالات الاختفاء في الطريق).
statistics-highest = الأعلى: { $name }
statistics-share = { $share }٪
statistics-part = { $part } من { $all }
statistics-route = { $origin } ← { $destination }
statistics-quarter = الربع { $quarter } من { $year }
statistics-month = { $month } { $year }
statistics-days = { $from } إلى { $to }
refused-figures-trafficking = الأرقام عن الاتجار لمن يحق له قراءة تلك الإجابات فقط.
refused-figures-medical = الأرقام حسب الإعاقة أو الصحة لمن يحق له قراءة تلك الإجابات فقط.
unit-people = أشخاص
unit-cases = حالات
unit-actions = إجراءات
by-sex = الجنس
by-age = العمر
by-disability = الإعاقة
by-status = الوضع القانوني
by-nationality = الجنسية
by-route = المسار
by-front = الجبهة
by-security = بعد الأمن الإنساني
by-need = الاحتياج الخاص
by-exploitation = شكل الاستغلال
by-provider = نوع مقدم الخدمة
by-after = الأشهر بعد الإغلاق
exploitation-labour = العمل القسري
exploitation-sexual = الاستغلال الجنسي
exploitation-criminal = التسول أو الجريمة القسريان
exploitation-servitude = البيع أو التسليم أو التزويج إلى الاستعباد
statistics-left-out = { $count ->
    [one] لم يُحسب شخص آخر تم العمل من أجله: لم يوافق.
    [two] لم يُحسب شخصان آخران تم العمل من أجلهما: لم يوافقا.
    [few] لم يُحسب { $count } أشخاص آخرين تم العمل من أجلهم: لم يوافقوا.
   *[other] لم يُحسب { $count } شخصاً آخر تم العمل من أجلهم: لم يوافقوا.
}
statistics-median-days = { $count ->
    [one] الوسيط: يوم واحد
    [two] الوسيط: يومان
    [few] الوسيط: { $count } أيام
   *[other] الوسيط: { $count } يوماً
}
statistics-months = { $count ->
    [one] بعد شهر
    [two] بعد شهرين
    [few] بعد { $count } أشهر
   *[other] بعد { $count } شهراً
}
