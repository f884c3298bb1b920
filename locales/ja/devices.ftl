device-typed = ユーザー名を尋ねる端末
device-typed-intro = KoboCollectと古いODK Collectでは、サーバーの設定にこれらを入力します。画像と同じく、表示は一度だけです。
device-server = サーバー
device-username = ユーザー名
device-password = パスワード
