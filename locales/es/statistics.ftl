# Figures
nav-statistics = Cifras
documents-statistics = Cifras
statistics-definitions = Qué significan las cifras
statistics-period = Período
statistics-own-days = Fechas a elegir
statistics-from = Desde
statistics-to = Hasta
statistics-all = Todo
statistics-show = Mostrar
statistics-wrong-period = No se puede leer el período; se muestra este año
invalid-period = Elija un período de la lista.
statistics-exact = Cifras exactas, no para publicar.
statistics-exact-hint = Los números pequeños pueden revelar quién es alguien. Son de toda la organización, de personas que aceptaron ser contadas.
statistics-period-before = Anterior
statistics-period-next = Siguiente
statistics-before = Período anterior:
statistics-a-year-ago = hace un año:
statistics-groups = Grupos
statistics-other-sex = Otro sexo o desconocido
statistics-children = Menores de 18 años
statistics-older = 60 años y más
statistics-with-disability = Con discapacidad
statistics-disability-yes = Discapacidad detectada
statistics-disability-no = Sin discapacidad detectada
statistics-unknown = Desconocido
statistics-none = Ninguno
statistics-out-of = De
statistics-per-cent = Por ciento
statistics-median = Mediana (días)
statistics-total = Total
statistics-over-time = En el tiempo
statistics-over-time-table = La línea como tabla
statistics-meaning = Qué significa
statistics-numerator = Se cuenta
statistics-denominator = De un total de
statistics-limits = Lo que no dice
statistics-sdg = Cercano al indicador ODS
statistics-by = Desglosado por
statistics-and-by = y por
statistics-source = Fuente
statistics-nobody = Nadie en este período.
statistics-overlaps = Alguien puede estar en varias filas; suman más que el total.
statistics-keeps-back = Las cifras sobre trata solo se muestran a quien puede leer esas respuestas.
statistics-who = Solo personas que aceptaron ser contadas, a día de hoy: quien se retira desaparece de la siguiente cifra. La edad es la del último día del período; situación, nacionalidad, discapacidad y ruta son las conocidas hoy.
statistics-not-measured = No se mide, porque los registros de un servicio no pueden decirlo: ODS 10.7.1 (costo de contratación), 10.7.2 (políticas migratorias), 10.7.3 (muertes y desapariciones en el camino).
statistics-highest = máximo: { $name }
statistics-share = { $share } %
statistics-part = { $part } de { $all }
statistics-route = { $origin } → { $destination }
statistics-quarter = Trimestre { $quarter } de { $year }
statistics-month = { $month } de { $year }
statistics-days = { $from } a { $to }
refused-figures-trafficking = Las cifras sobre trata son solo para quien puede leer esas respuestas.
refused-figures-medical = Las cifras por discapacidad o salud son solo para quien puede leer esas respuestas.
unit-people = Personas
unit-cases = Casos
unit-actions = Acciones
by-sex = Sexo
by-age = Edad
by-disability = Discapacidad
by-status = Situación legal
by-nationality = Nacionalidad
by-route = Ruta
by-front = Frente
by-security = Dimensión de la seguridad humana
by-need = Necesidad específica
by-exploitation = Forma de explotación
by-provider = Tipo de proveedor
by-after = Meses tras el cierre
exploitation-labour = Trabajo forzoso
exploitation-sexual = Explotación sexual
exploitation-criminal = Mendicidad o delincuencia forzada
exploitation-servitude = Vendida, entregada o casada en servidumbre
statistics-left-out = { $count ->
    [one] Queda fuera una persona más que fue atendida: no dio su acuerdo.
   *[other] Quedan fuera { $count } personas más que fueron atendidas: no dieron su acuerdo.
}
statistics-median-days = { $count ->
    [one] mediana: un día
   *[other] mediana: { $count } días
}
statistics-months = { $count ->
    [one] Después de un mes
   *[other] Después de { $count } meses
}
