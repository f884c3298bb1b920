retention-title = Conservación
retention-intro = El plazo de conservación de estas personas terminó: todos sus casos están cerrados, o nunca tuvieron uno y nada cambió en su registro durante ese tiempo. Borre a cada una, o reabra el caso si aún se necesita.
retention-empty = No hay nadie por borrar
retention-empty-hint = Las personas aparecen aquí cuando todos sus casos están cerrados y el plazo de conservación ha vencido.
retention-person = Persona
retention-number = Número
retention-since = Vencido desde
retention-name-protected = Nombre protegido
retention-erase = Borrar
retention-erase-person = Borrar a { $name }
retention-next = Página siguiente
retention-first = Volver al principio
retention-done = La persona ha sido borrada. El historial conserva una constancia sin datos personales.
retention-erase-title = Borrar a una persona
retention-erase-what = Esto elimina a la persona de todas las tablas: nombres, documentos, contactos, consentimientos, vínculos, casos, notas y archivos adjuntos. Las copias de seguridad hechas a partir de ahora tampoco la contienen. No se puede deshacer.
retention-erase-old-backups = Las copias de seguridad anteriores a hoy siguen conteniendo a esta persona hasta que usted elimine esos archivos.
retention-cases = Casos
retention-open-cases = Casos abiertos
retention-erase-from = Fin del plazo
retention-not-due = El plazo de esta persona aún no ha vencido. Solo se puede borrar ahora si ella misma lo pide.
retention-merged = Este registro se fusionó con otro. Borre el otro registro: este se borrará con él.
retention-open-warning = { $count ->
    [one] Un caso sigue abierto y se borraría con la persona.
   *[other] { $count } casos siguen abiertos y se borrarían con la persona.
}
retention-on-request = La persona pidió que se la borrara
retention-on-request-hint = En ese caso, ni los casos abiertos ni los plazos lo impiden.
retention-reason = ¿Por qué se borra?
retention-reason-hint = Esta frase queda en el historial. No escriba nombres ni nada sobre la persona.
retention-confirm = Escriba el número de la persona para confirmar
retention-confirm-hint = El número aparece arriba.
retention-erase-now = Borrar definitivamente
field-on-request = a petición de la persona
invalid-erase-confirm = Este no es el número de la persona.
refused-erase-open-case = Un caso de esta persona sigue abierto. Ciérrelo primero, o indique que la persona pidió que se la borrara.
refused-erase-not-due = El plazo de conservación no ha vencido. Solo la petición de la propia persona permite borrarla ahora.
refused-erase-merged = Este registro se fusionó con otro. Borre el otro.
refused-erase-held = Hay una retención legal sobre un caso de esta persona: puede necesitarse como prueba. Primero un supervisor debe resolver la alerta.
