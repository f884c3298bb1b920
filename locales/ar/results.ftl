# Screenings and what their rules give.

screening-not-asked = لم يُسأل بعد
screening-as-filled-in = النموذج كما مُلئ
form-shipped = جاء مع Watari

# Answers as columns of the list of cases
columns-title = الإجابات كأعمدة
columns-intro = اختر أسئلة من النماذج: تعرض القائمة وملفاتها آخر إجابة لكل حالة بقدر ما يحق لك قراءته.
columns-none = لا يوجد نموذج يسأل شيئاً بعد.
columns-show = عرض في القائمة
