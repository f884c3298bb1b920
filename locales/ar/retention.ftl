retention-title = الاحتفاظ بالبيانات
retention-intro = انتهت مدة الاحتفاظ بسجلات هؤلاء الأشخاص: كل حالاتهم مغلقة، أو لم تكن لهم حالة قط ولم يتغير شيء في سجلهم طوال هذه المدة. امحُ كل واحد منهم، أو أعد فتح الحالة إذا كانت لا تزال لازمة.
retention-empty = لا أحد حان موعد محو بياناته
retention-empty-hint = يظهر الأشخاص هنا عندما تُغلق جميع حالاتهم وتنتهي مدة الاحتفاظ.
retention-person = الشخص
retention-number = الرقم
retention-since = مستحق منذ
retention-name-protected = الاسم محمي
retention-erase = محو
retention-erase-person = محو بيانات { $name }
retention-next = الصفحة التالية
retention-first = العودة إلى البداية
retention-done = مُحيت بيانات الشخص. يحتفظ السجل بأثر خالٍ من البيانات الشخصية.
retention-erase-title = محو بيانات شخص
retention-erase-what = يزيل هذا الشخص من جميع الجداول: الأسماء والوثائق وجهات الاتصال والموافقات والصلات والحالات والملاحظات والمرفقات. ولن تحتوي عليه النسخ الاحتياطية التي تُنشأ من الآن فصاعدًا. لا يمكن التراجع عن ذلك.
retention-erase-old-backups = النسخ الاحتياطية السابقة لهذا اليوم ما زالت تحتوي على هذا الشخص إلى أن تحذف تلك الملفات.
retention-cases = الحالات
retention-open-cases = الحالات المفتوحة
retention-erase-from = نهاية المدة
retention-not-due = لم تنتهِ مدة هذا الشخص بعد. لا يمكن محو بياناته الآن إلا بطلب منه.
retention-merged = دُمج هذا السجل في سجل آخر. امحُ السجل الآخر فيُمحى هذا معه.
retention-open-warning = { $count ->
    [zero] لا توجد حالات مفتوحة.
    [one] ما زالت حالة واحدة مفتوحة وستُمحى مع الشخص.
    [two] ما زالت حالتان مفتوحتين وستُمحيان مع الشخص.
    [few] ما زالت { $count } حالات مفتوحة وستُمحى مع الشخص.
    [many] ما زالت { $count } حالة مفتوحة وستُمحى مع الشخص.
   *[other] ما زالت { $count } حالة مفتوحة وستُمحى مع الشخص.
}
retention-on-request = طلب الشخص محو بياناته
retention-on-request-hint = عندئذ لا تحول الحالات المفتوحة ولا المدد دون ذلك.
retention-reason = ما سبب المحو؟
retention-reason-hint = تبقى هذه الجملة في السجل. لا تكتب أسماء ولا أي شيء عن الشخص.
retention-confirm = اكتب رقم الشخص للتأكيد
retention-confirm-hint = الرقم مبيّن أعلاه.
retention-erase-now = محو نهائي
field-on-request = بطلب من الشخص
invalid-erase-confirm = هذا ليس رقم الشخص.
refused-erase-open-case = ما زالت إحدى حالات هذا الشخص مفتوحة. أغلقها أولًا، أو سجّل أن الشخص طلب محو بياناته.
refused-erase-not-due = لم تنتهِ مدة الاحتفاظ. لا يمكن المحو الآن إلا بطلب من الشخص نفسه.
refused-erase-merged = دُمج هذا السجل في سجل آخر. امحُ السجل الآخر.
refused-erase-held = على إحدى حالات هذا الشخص حجز قانوني: قد يلزم السجل دليلاً. يجب أن يرفع المشرف العلامة أولاً.
