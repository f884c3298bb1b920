# ما الخطأ في ورقة، بحسب رموز محرك الاستبيانات. كلمات XLSForm تبقى كما هي، وحولها علامتا عزل الاتجاه. ما قد لا يوجد هو «none».
# الملف.
form-problem-cannot-open = تعذّر فتح { $path }: { $reason }.
form-problem-unknown-format = { $name } ليس استمارة: احفظه بصيغة ⁨.xlsx⁩ أو ⁨.xls⁩ أو ⁨.csv⁩ أو ⁨.md⁩.
form-problem-too-large = حجم الملف أكثر من { $most } بايت: أزل الأوراق والصور والبيانات التي لا تحتاجها الاستمارة.
form-problem-unpacks-too-large = حجم الملف بعد فك الضغط أكثر من { $most } بايت: أزل الأوراق والصور والبيانات التي لا تحتاجها الاستمارة.
form-problem-too-many-cells = الورقة { $sheet }، الصف { $row }: في الملف أكثر من { $most } خلية. انقل بيانات إلى ملف ⁨CSV⁩ بجانبه.
form-problem-too-much-text = الورقة { $sheet }، الصف { $row }: في الملف أكثر من { $most } بايت من النص. انقل بيانات إلى ملف ⁨CSV⁩ بجانبه.
form-problem-long-cell = الورقة { $sheet }، الصف { $row }: في خلية أكثر من 32767 حرفًا. اختصر نصها.
form-problem-damaged = المصنّف تالف أو محمي بكلمة سر ({ $reason }): افتحه في برنامج جداول واحفظه من جديد.
form-problem-not-text = السطر { $line } ليس نصًا بترميز ⁨UTF-8⁩: احفظ الملف بترميز ⁨UTF-8⁩.
form-problem-unreadable-line = لا يمكن قراءة السطر { $line } كقيم تفصلها فواصل ({ $reason }).
form-problem-no-table = لا جدول في الملف: أول ورقة في الاستمارة هي ⁨survey⁩، وفيها الأعمدة ⁨type⁩ و⁨name⁩ و⁨label⁩.
form-problem-public-key = لا يقرأ ما ترسله الهواتف إلا صاحب المفتاح الخاص: يُحفظ كما يصل، ولا ينتمي وحده إلى حالة، ولا نتيجة له، ولا يُنشئ سطرًا في قائمة. من دون ⁨public_key⁩ يُشغَّل التشفير في صفحة الاستمارة، ويقرؤه واتاري.
form-problem-public-key-unreadable = هذا ليس مفتاح ⁨RSA⁩ عامًّا. اكتب ما بين السطرين ⁨BEGIN PUBLIC KEY⁩ و⁨END PUBLIC KEY⁩ من دون هذين السطرين.
form-problem-public-key-private = هذا هو المفتاح الخاص، ويجب أن يبقى عندك. اكتب هنا المفتاح العام، وأنشئ زوج مفاتيح جديدًا.
form-problem-public-key-length = طول المفتاح { $bits } بت. أنشئ مفتاحًا من 2048 إلى 8192.
# الأوراق والأعمدة.
form-problem-no-survey = لا توجد هذه الورقة. تحتاج الاستمارة إلى ورقة اسمها ⁨survey⁩ فيها الأعمدة ⁨type⁩ و⁨name⁩ و⁨label⁩{ $similar ->
    [none] .
   *[other] {" "}(يوجد { $similar }).
 }
form-problem-no-column = لا يوجد العمود { $column }. أضفه في الصف الأول.
form-problem-same-column = هذا العمود والعمود { $column } اسمان لشيء واحد. أبقِ أحدهما.
form-problem-repeated-header = العنوان نفسه فوق عمودين. غيّر اسم أحدهما أو أزله.
form-problem-unknown-media = لا يوجد نوع وسائط { $media }. اكتب ⁨image⁩ أو ⁨big-image⁩ أو ⁨audio⁩ أو ⁨video⁩.
form-problem-too-many-rows = في الاستمارة أكثر من { $most } صف. انقل بيانات إلى ملف ⁨CSV⁩ بجانبها، أو اجعلها عدة استمارات.
form-problem-too-deep = المجموعات متداخلة في أكثر من { $most } مستوى. أزل بعضها.
form-problem-too-many-columns = في الورقة أكثر من { $most } عمود. أزل ما لا تحتاجه الاستمارة.
form-problem-too-many-wordings = عدد لغات الاستمارة { $languages } وعدد نصوصها { $texts }، وهذه صياغات أكثر مما تسعه استمارة. أزل بعض اللغات.
# الصفوف والأسماء.
form-problem-no-type = لا نوع لهذا الصف. اكتب نوعًا، مثل ⁨text⁩ أو ⁨integer⁩ أو ⁨note⁩.
form-problem-unknown-type = لا يوجد النوع «{ $name }». { $hint ->
    [none] الأنواع الموجودة مذكورة في ⁨xlsform.org⁩.
   *[other] هل تقصد { $hint }؟ الأنواع الموجودة مذكورة في ⁨xlsform.org⁩.
 }
form-problem-no-name = لا اسم هنا. اكتب اسمًا يبدأ بحرف لاتيني، مثل ⁨household_size⁩.
form-problem-bad-name = لا يصلح «{ $name }» اسمًا. ابدأ بحرف أو بشرطة سفلية، ثم حروف وأرقام وشرطات سفلية وشرطات ونقاط.
form-problem-unknown-name-prefix = البادئة { $prefix } في الاسم غير معروفة. احذفها، أو اكتب ⁨{ $prefix }="…"⁩ تحت ⁨namespaces⁩ في الورقة ⁨settings⁩.
form-problem-same-name = { $other ->
    [none] صف تصنعه الاستمارة نفسها بجانب هذا الصف يحمل الاسم «{ $name }».
   *[other] الصف { $other } بجانب هذا الصف يحمل الاسم «{ $name }».
 } أعطِ أحدهما اسمًا آخر.
form-problem-meta-name = الاسم ⁨meta⁩ محجوز لبيانات الاستمارة الوصفية. اختر اسمًا آخر.
form-problem-repeat-named-like-form = للتكرار اسم الاستمارة نفسها، «{ $name }». اختر اسمًا آخر.
form-problem-same-repeat-name = الصف { $other } تكرار اسمه «{ $name }» أيضًا. يجب أن تختلف أسماء التكرارات أينما كانت.
form-problem-no-label = لا شيء هنا للقراءة. اكتب ⁨label⁩ أو ⁨hint⁩ أو ملف وسائط.
form-problem-only-guidance = لا يوجد إلا ⁨guidance_hint⁩، وقد يبقى مخفيًا. اكتب ⁨label⁩ أو ⁨hint⁩ أيضًا.
form-problem-big-image-alone = توجد ⁨big-image⁩ من غير ⁨image⁩. اذكر الصورة أيضًا.
form-problem-not-begun = يوجد ⁨end_{ $container }⁩ من غير ⁨begin_{ $container }⁩. أزل الصف، أو اكتب ⁨begin_{ $container }⁩ قبله.
form-problem-wrong-end = هذا الصف ⁨end_{ $end }⁩، لكن الصف { $begun } هو ⁨begin_{ $open }⁩. اكتب ⁨end_{ $open }⁩ أولًا.
form-problem-not-ended = لا نهاية لـ ⁨begin_{ $container }⁩ الذي في هذا الصف. أضف صف ⁨end_{ $container }⁩.
form-problem-loop-without-list = لا تذكر الحلقة قائمة خيارات. اكتب ⁨begin_loop over⁩ مع قائمة من الورقة ⁨choices⁩.
form-problem-repeat-in-loop = التكرار «{ $name }» داخل حلقة، وهذا يصنع عدة تكرارات باسم واحد. اكتب الحلقة على شكل مجموعات.
form-problem-bad-loop-name = تصنع الحلقة مجموعة من كل خيار في هذه القائمة، لكن «{ $name }» لا يصلح اسمًا لمجموعة. اكتب حروفًا لاتينية وأرقامًا وشرطات سفلية.
form-problem-no-calculation = لا شيء هنا ليُحسب. اكتب تعبيرًا في العمود ⁨calculation⁩.
# الخيارات.
form-problem-no-list = لا يذكر النوع قائمة خيارات. اكتب مثلًا ⁨{ $command } towns⁩، على أن تكون ⁨towns⁩ قائمة في الورقة ⁨choices⁩.
form-problem-unknown-list = لا توجد قائمة الخيارات «{ $name }» في الورقة { $sheet }. أضفها هناك بالأعمدة ⁨list_name⁩ و⁨name⁩ و⁨label⁩، أو صحّح اسمها{ $similar ->
    [none] .
   *[other] {" "}(يوجد { $similar }).
 }
form-problem-space-in-choice = في اسم الخيار «{ $choice }» من القائمة { $list } مسافة، والمسافة تفصل بين أجوبة ⁨select_multiple⁩. اكتب شرطة سفلية بدلها.
form-problem-bad-file = يحتاج { $command } إلى ملف ينتهي بـ ⁨.csv⁩ أو ⁨.xml⁩ أو ⁨.geojson⁩، لا «{ $file }».
form-problem-filter-with-other = لا يجتمع ⁨choice_filter⁩ مع ⁨or_other⁩. أضف خيارًا اسمه ⁨other⁩ وسؤالًا خاصًا به.
form-problem-filter-in-table = لا يكون ⁨choice_filter⁩ في مجموعة مظهرها ⁨table-list⁩. أزل أحدهما.
form-problem-lists-in-table = أسئلة الاختيار في مجموعة مظهرها ⁨table-list⁩ لها قائمة خيارات واحدة: هنا «{ $here }»، وقبلها «{ $above }».
form-problem-other-without-choices = يحتاج ⁨or_other⁩ إلى خيارات في الورقة ⁨choices⁩.
form-problem-search-with-file = تقرأ ⁨search()⁩ الخيارات من ملف خاص بها، والنوع يذكر ملفًا أيضًا. استعمل ⁨select_one⁩ مع قائمة خيارات، أو احذف ⁨search()⁩.
form-problem-search-shares-list = تستحوذ ⁨search()⁩ على قائمة الخيارات «{ $list }»، وتستعملها من غير ⁨search()⁩ أسئلة أخرى: { $others }. أعطِ هذه الأسئلة قائمة خاصة بها.
form-problem-choice-without-name = لا اسم لهذا الخيار. أعطه اسمًا.
form-problem-same-choice = في الصف { $other } الخيار «{ $name }» من هذه القائمة. غيّر اسم أحدهما، أو اكتب ⁨yes⁩ تحت ⁨allow_choice_duplicates⁩ في الورقة ⁨settings⁩.
# المعاملات.
form-problem-bad-parameters = لا يمكن قراءة المعاملات. اكتب أزواجًا على شكل ⁨key=value⁩ بينها مسافة، مثل ⁨start=0 end=10⁩.
form-problem-unknown-parameter = لا يوجد المعامل { $unknown }. { $known ->
    [none] ليس لهذا النوع معاملات.
   *[other] ما يمكن كتابته هنا: { $known }.
 }
form-problem-bad-parameter = قيمة المعامل { $parameter } هي «{ $found }». اكتب { $wanted }.
form-problem-number = رقمًا
form-problem-whole-number = رقمًا صحيحًا بلا كسور
form-problem-number-other-than-zero = رقمًا غير 0
form-problem-metres = عددًا من الأمتار
form-problem-seconds = عددًا من الثواني
form-problem-seconds-at-least = عددًا من الثواني لا يقل عن { $parameter }
form-problem-number-or-reference = رقمًا أو إحالة إلى سؤال
form-problem-one-of = إحدى هذه القيم: { $values }
form-problem-column-or-property = اسم عمود أو خاصية
form-problem-list-of-choices = اسم قائمة من الورقة ⁨choices⁩
form-problem-list-of-numbers = اسم قائمة كل خياراتها أرقام من المدى؛ وليس «{ $choice }» من القائمة { $list } كذلك
form-problem-package = اسم حزمة أندرويد، مثل ⁨org.example.camera⁩
form-problem-seed-without-randomize = لا يعمل المعامل ⁨seed⁩ إلا مع ⁨randomize=true⁩.
form-problem-part-of-location = يحتاج ⁨audit⁩ مع الموقع إلى الثلاثة معًا: ⁨location-priority⁩ و⁨location-min-interval⁩ و⁨location-max-age⁩.
form-problem-audit-name = اسم ⁨audit⁩ هو ⁨audit⁩ دائمًا. اترك اسمه فارغًا.
form-problem-larger-than-range = يجب ألا يكون المعامل { $parameter } أكبر من المدى من { $start } إلى { $end }.
form-problem-no-multiple = يجب أن يكون المعامل { $parameter } من مضاعفات الخطوة { $step }.
form-problem-outside-range = { $what } خارج المدى. اكتب رقمًا بين { $start } و{ $end }.
form-problem-parameter-outside = المعامل { $parameter } ({ $value })
form-problem-choice-outside = الخيار «{ $choice }» من القائمة { $list }
form-problem-ticks-with-appearance = تحتاج العلامات والقيمة المبدئية إلى المظهر ⁨vertical⁩ أو ⁨no-ticks⁩ أو إلى خانة مظهر فارغة؛ والمكتوب هنا «{ $appearance }».
form-problem-no-ticks-labels = مع المظهر ⁨no-ticks⁩ لا يكون في قائمة الخيارات «{ $list }» إلا بداية المدى ونهايته.
form-problem-no-geometry = ليس في «{ $name }» أماكن يُختار منها. اذكر قائمة خيارات، أو قائمة كيانات، أو ملفًا مرفقًا من غير امتداده، أو تكرارًا على شكل ⁨${"{"}name{"}"}⁩.
# الإحالات والتعابير.
form-problem-bad-reference = تُكتب الإحالة ⁨${"{"}name{"}"}⁩، وبين القوسين اسم سؤال ولا شيء غيره.
form-problem-unknown-reference = لا شيء في الورقة ⁨survey⁩ اسمه «{ $name }». صحّح الاسم في ⁨${"{"}{ $name }{"}"}⁩.
form-problem-ambiguous-reference = في الورقة ⁨survey⁩ أكثر من صف اسمه «{ $name }». أعطِ ما يُحال إليه اسمًا خاصًا به.
form-problem-bad-expression = لا يمكن قراءة التعبير: { $reason }.
form-problem-unclosed = علامة الاقتباس عند الحرف { $character } غير مغلقة
form-problem-variable = الحرف { $character } هو ⁨$⁩، وليس في الاستمارات متغيرات؛ اذكر اسم سؤال
form-problem-ends-early = ينتهي حيث ينقصه شيء
form-problem-unexpected = لا مكان لـ «{ $rest }» عند الحرف { $character }
form-problem-nests-deep = متداخل في أكثر من { $levels } مستوى أو فيه أكثر من { $operators } عامل متتابع؛ احسب جزءًا منه في سؤال مستقل
form-problem-not-in-pairs = للدالة ⁨{ $function }()⁩ هنا { $count } من الوسائط، وهي تأخذها أزواجًا
form-problem-no-arguments = للدالة ⁨{ $function }()⁩ هنا { $count } من الوسائط، وهي لا تأخذ شيئًا
form-problem-too-few-arguments = للدالة ⁨{ $function }()⁩ هنا { $count } من الوسائط، وهي تأخذ { $least } أو أكثر
form-problem-other-arguments = للدالة ⁨{ $function }()⁩ هنا { $count } من الوسائط، وهي تأخذ { $least }
form-problem-arguments-outside = للدالة ⁨{ $function }()⁩ هنا { $count } من الوسائط، وهي تأخذ من { $least } إلى { $most }
form-problem-bad-pattern = ليس «{ $pattern }» تعبيرًا نمطيًا صحيحًا ({ $reason })
form-problem-unknown-function = لا توجد الدالة ⁨{ $function }()⁩. صحّح اسمها.
form-problem-reference-to-file = «{ $name }» ملف لا جواب له. أحِل إلى سؤال.
form-problem-bad-triggers = تُفصل المحفّزات المتعددة بفواصل، مثل ⁨${"{"}a{"}"}, ${"{"}b{"}"}⁩.
form-problem-no-trigger = يذكر المحفّز أسئلة، مثل ⁨${"{"}age{"}"}⁩.
form-problem-hidden-trigger = لا أحد يجيب عن «{ $name }»، فلا يمكن أن يحفّز شيئًا. اذكر سؤالًا ظاهرًا.
form-problem-geopoint-without-trigger = يحتاج ⁨background-geopoint⁩ إلى محفّز (⁨trigger⁩): السؤال الذي يُسجَّل المكان عند الإجابة عنه.
form-problem-geopoint-with-calculation = لا يحسب ⁨background-geopoint⁩ شيئًا. اترك العمود ⁨calculation⁩ فارغًا.
form-problem-same-instance = سيكون لملفين الاسم «{ $name }»: { $one } و{ $other }. غيّر اسم أحدهما.
form-problem-key-without-instance-id = يحتاج ⁨public_key⁩ إلى معرّف للنسخة المملوءة. احذف ⁨omit_instanceID⁩.
# الكيانات.
form-problem-no-entities = يحتاج ⁨save_to⁩ إلى ورقة ⁨entities⁩ تبيّن ما يُحفظ.
form-problem-same-property = الصف { $other } يحفظ في «{ $property }» أيضًا. غيّر أحدهما.
form-problem-save-to-group = لا تُحفظ مجموعة ولا تكرار. انقل ⁨save_to⁩ إلى سؤال.
form-problem-unknown-entity-list = لا توجد قائمة الكيانات «{ $list }» في الورقة ⁨entities⁩. صحّح الاسم قبل ⁨#⁩، أو أضف القائمة.
form-problem-save-to-without-list = توجد عدة قوائم كيانات. اكتب ⁨list#property⁩، مثل ⁨people#age⁩.
form-problem-save-to-hashes = فيه أكثر من ⁨#⁩ واحدة. اكتب ⁨list#property⁩.
form-problem-reserved-property = «{ $property }» من الكيان نفسه. اختر للخاصية اسمًا غير ⁨name⁩ و⁨label⁩.
form-problem-reserved-prefix = الأسماء التي تبدأ بشرطتين سفليتين محجوزة للنظام. اختر اسمًا آخر.
form-problem-dot-in-list = لا تكون نقطة في اسم قائمة كيانات. اكتب شرطة سفلية بدلها.
form-problem-entity-list-without-name = لا اسم لقائمة الكيانات. اكتب اسمًا في العمود ⁨list_name⁩.
form-problem-same-entity-list = في الصف { $other } قائمة الكيانات هذه. اكتب كل قائمة مرة واحدة.
form-problem-unknown-entity-column = لا يوجد العمود «{ $column }» في هذه الورقة. الموجود: ⁨list_name⁩ و⁨label⁩ و⁨entity_id⁩ و⁨create_if⁩ و⁨update_if⁩.
form-problem-entity-without-label = يحتاج الكيان الذي يُنشأ إلى ⁨label⁩. اكتب تعبيرًا في العمود ⁨label⁩.
form-problem-upsert-without-condition = مع ⁨create_if⁩ و⁨entity_id⁩ معًا يلزم ⁨update_if⁩. اكتبه، أو احذف ⁨entity_id⁩.
form-problem-update-without-id = يحتاج ⁨update_if⁩ إلى ⁨entity_id⁩ يبيّن الكيان المقصود. اكتبه، أو استعمل ⁨create_if⁩.
form-problem-entity-scopes = تأتي بيانات قائمة الكيانات { $list } من { $one ->
    [none] الاستمارة نفسها
   *[other] { $one }
 } ومن { $other ->
    [none] الاستمارة نفسها
   *[other] { $other }
 }، وليس أحدهما داخل الآخر. انقل الجواب بصف نوعه ⁨calculate⁩.
form-problem-no-room-for-entity = تسع كل مجموعة أو تكرار كيانًا واحدًا؛ وكيان الصف { $other } أخذ المكان في { $scope ->
    [none] الاستمارة نفسها
   *[other] { $scope }
 }. ضع أسئلة كل منهما في مجموعة خاصة.
# الاستمارة كلها.
form-problem-circle = هذه يعتمد بعضها على بعض في دائرة: { $names }. احذف إحدى الإحالات.
form-problem-unreadable-xml = لا يمكن قراءة ملف ⁨XML⁩ للاستمارة: { $reason }.
form-problem-missing-part = ينقص الاستمارة: { $part }. هل هذا ⁨XForm⁩؟
form-problem-unreadable-expression = الصف { $row } من ⁨XForm⁩، { $place }: لا يمكن قراءة التعبير: { $error }.
form-problem-unknown-function-at = الصف { $row } من ⁨XForm⁩، { $place }: لا توجد الدالة ⁨{ $function }()⁩. صحّح اسمها.
form-problem-unknown-path = الصف { $row } من ⁨XForm⁩، { $place }: ليس في الاستمارة «{ $path }». صحّح المسار.
form-problem-twice = الصف { $row } من ⁨XForm⁩: «{ $name }» مكتوب مرتين. أعطِ كلًا منهما اسمه.
form-problem-not-allowed = الصف { $row } من ⁨XForm⁩، { $place }: لا يُسمح هنا بـ «{ $value }».
form-problem-unreadable-instance = لا يمكن قراءة ملف تحتاجه الاستمارة: { $reason }.
# ما قد لا يكون مقصودًا هكذا.
form-problem-similar-sheet = لا توجد هذه الورقة، لكن توجد ورقة اسمها قريب: { $similar }. صحّح اسمها، أو ضع قبله شرطة سفلية إن لم تكن هي المقصودة.
form-problem-no-header = في هذا العمود قيم بلا عنوان. اكتب عنوانًا في الصف الأول.
form-problem-unknown-column = هذا العمود ليس من ⁨XLSForm⁩. ما فيه لا يُستعمل.
form-problem-bad-attribute = لا يصلح «{ $name }» اسمًا لسمة في الاستمارة، فتُرك. اكتب حروفًا وأرقامًا وشرطات سفلية وشرطات ونقاطًا.
form-problem-unknown-prefix = البادئة { $prefix } غير معروفة، فتُركت السمة. اكتب ⁨{ $prefix }="…"⁩ تحت ⁨namespaces⁩ في الورقة ⁨settings⁩.
form-problem-bad-choice-column = العمود الذي يدخل الاستمارة من الورقة ⁨choices⁩ يحتاج إلى اسم بلا مسافات. وقد تُرك.
form-problem-two-form-ids = ⁨form_id⁩ و⁨id_string⁩ اسمان لشيء واحد. والمعتمد ⁨form_id⁩.
form-problem-empty-row = لا نوع لهذا الصف ولا اسم ولا ⁨label⁩. وقد تُرك.
form-problem-disabled = لم يعد العمود ⁨disabled⁩ من ⁨XLSForm⁩. استعمل ⁨relevant⁩ بدله.
form-problem-old-metadata = لا يعرف { $name } إلا نسخ قديمة من ⁨ODK Collect⁩ على هواتف قديمة.
form-problem-same-name-but = { $other ->
    [none] لا يختلف الاسم «{ $name }» عن اسم صف تصنعه الاستمارة نفسها إلا بالحروف الكبيرة والصغيرة.
   *[other] لا يختلف الاسم «{ $name }» عن اسم الصف { $other } إلا بالحروف الكبيرة والصغيرة.
 } بعض برامج التحليل لا تميّز بينهما.
form-problem-idle-trigger = لا أحد يجيب عن «{ $name }»، فلن يحفّز شيئًا.
form-problem-others-function = الدالة ⁨{ $function }()⁩ ليست من دوال ⁨ODK⁩. لا تعمل هذه الاستمارة إلا في برامج تعرفها.
form-problem-repeat-without-label = ليس للتكرار ⁨label⁩.
form-problem-choice-without-label = ليس للخيار ⁨label⁩.
form-problem-external-without-filter = وُضع ⁨select_one_external⁩ لأسئلة اختيار فيها ⁨choice_filter⁩.
form-problem-no-max-pixels = المعامل ⁨max-pixels⁩، مثل ⁨max-pixels=1024⁩، يصغّر الصور ويسرّع الإرسال.
form-problem-untranslated = ليس للغة «{ $language }» عمود لـ { $columns }.
form-problem-other-untranslated = يضيف ⁨or_other⁩ خيارًا وسؤالًا بلغة واحدة فقط. في استمارة بعدة لغات اكتبهما بنفسك.
form-problem-language-code = لا تذكر اللغة «{ $language }» رمز لغة. اكتب مثلًا ⁨French (fr)⁩.
form-problem-unsupported-setting = الإعداد «{ $setting }» غير مدعوم، وقد تُرك.
# The results sheet.
form-problem-result-without-question = لا يسمّي السطر أي سؤال. اكتب اسم السؤال الذي هذه إجابته.
form-problem-unknown-question = لا شيء في ورقة ⁨survey⁩ اسمه «{ $name }». اكتب اسم سؤال{ $similar ->
    [none] .
   *[other] {" "}(يوجد { $similar }).
 }
form-problem-not-a-question = ليس لـ«{ $name }» إجابة خاصة به. اكتب اسم سؤال.
form-problem-no-condition = لا يوجد شرط. اكتب تعبيرًا، مثل ⁨. = 'yes'⁩.
form-problem-list-of-the-house = يصنع ⁨Watari⁩ القائمة { $list } بنفسه. أعطِ قائمة الكيانات اسماً آخر.
form-problem-no-code = { $found } ليس رمزاً. اكتب واحداً من: { $known }
form-problem-no-weight = الوزن 1 أو 2 أو 3: علامة خفيفة أو جدية أو شديدة.
form-problem-unknown-results-column = هذا العمود غير معروف. الأعمدة هي ⁨question⁩ و⁨when⁩ و⁨need⁩ و⁨weight⁩ و⁨risk⁩.
form-problem-rows-not-utf8 = الملف ليس نص ⁨UTF-8⁩. احفظه بصيغة ⁨CSV UTF-8⁩.
form-problem-rows-unreadable = تتعذر قراءة هذا كملف ⁨CSV⁩: { $reason }
form-problem-row-length = في السطر { $cells } خلية وفي السطر الأول { $columns }. اجعل عددها واحداً.
form-problem-row-twice = هذا المعرّف موجود في سطر سابق أيضاً. أبقِ واحداً منهما.
form-problem-rows-too-many = في الملف أكثر من { $most } سطر. قسّمه.
form-problem-rows-unknown-property = ليس في القائمة خاصية كهذه. أضفها في صفحة القائمة أو احذف العمود.
form-problem-rows-column-twice = العمود موجود مرتين. أبقِ واحداً منهما.
form-problem-rows-no-label-column = العمود ⁨label⁩ ناقص. إنه يقول ما اسم كل سطر.
form-problem-row-bad-id = المعرّف ليس ⁨UUID⁩ عشوائياً (الإصدار 4). اترك الخلية فارغة.
form-problem-row-bad-version = رقم النسخة ليس عدداً. اترك الخلية فارغة.
form-problem-row-no-label = يحتاج السطر إلى تسمية.
form-problem-row-id-taken = لا يمكن استخدام هذا المعرّف. اترك الخلية فارغة.
form-problem-row-changed = تغيّر منذ ذلك الحين: النسخة القائمة الآن { $version }. نزّل القائمة من جديد.
