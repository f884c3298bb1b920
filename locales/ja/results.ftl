# Screenings and what their rules give.

screening-not-asked = まだ質問していません
screening-as-filled-in = 記入されたままのフォーム
form-shipped = Watari付属

# Answers as columns of the list of cases
columns-title = 回答を列に表示
columns-intro = フォームの質問を選ぶと、一覧とそのファイルに各ケースの最新の回答が、あなたが読める範囲で表示されます。
columns-none = 質問のあるフォームはまだありません。
columns-show = 一覧に表示
