device-typed = هواتف تطلب اسم مستخدم
device-typed-intro = يطلبها KoboCollect والإصدارات القديمة من ODK Collect في إعدادات الخادم. تُعرض مرة واحدة فقط كالصورة.
device-server = الخادم
device-username = اسم الدخول
device-password = كلمة المرور
