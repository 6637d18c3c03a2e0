"""Many labeled texts of each type from phrases of our own, the same ones each time.

The weights and phrases of `compliance/content_types/data` were tried on these. They are no measure of how well strange
texts are told: that is `held_out.txt`.
"""

import random
from collections.abc import Iterator

_SLOTS = {
    "who": ["Hi Ana, ", "Hello, ", "", "", "Mr. Lee, ", "Good morning! ", "Riverside Clinic: ", "Acme Tires: "],
    "quien": ["Hola Ana, ", "", "", "Buenos días, ", "Clínica Río: ", "Sra. Gómez, "],
    "day": ["Monday", "Tuesday", "tomorrow", "March 3", "6/14", "the 21st", "Friday"],
    "dia": ["el lunes", "mañana", "el 3 de marzo", "el viernes", "hoy"],
    "time": ["9:30", "2 pm", "11:15 am", "noon", "4pm"],
    "hora": ["a las 9:30", "a las 2 de la tarde", "a las 16:00", "al mediodía"],
    "ref": ["#4821", "10293", "AB-77120", "#A-5521", "998231"],
    "thing": ["tires", "sofa", "filters", "glasses", "skin cream", "paint", "garden set", "running shoes"],
    "cosa": ["llantas", "muebles", "filtros", "lentes", "pintura", "zapatos"],
    "pct": ["10%", "25%", "40 percent", "15%", "70%"],
    "porciento": ["10%", "25%", "40%", "15%"],
    "money": ["$10", "$25", "$49.99", "$120"],
    "end": ["", "", " Thank you.", " Reply STOP to opt out.", " Call 555-201-3344."],
    "fin": ["", "", " Gracias.", " Responda ALTO para cancelar."],
}
_TEXTS = {
    "appointment": [
        "{who}your appointment is {day} at {time}.{end}",
        "{who}reminder of your visit on {day} at {time}.{end}",
        "{who}we rescheduled you to {day}, {time}. Reply C to confirm.{end}",
        "{who}you are booked in for {day} at {time}.{end}",
        "{quien}su cita es {dia} {hora}.{fin}",
        "{quien}le recordamos su visita {dia} {hora}.{fin}",
        "{quien}su turno quedó programado para {dia} {hora}.{fin}",
    ],
    "order": [
        "{who}we received your order {ref}.{end}",
        "{who}order {ref} is confirmed: {thing}.{end}",
        "{who}thank you for your purchase. Invoice {ref}, total {money}.{end}",
        "{who}your refund of {money} for order {ref} was processed.{end}",
        "{quien}recibimos su pedido {ref}.{fin}",
        "{quien}pedido {ref} confirmado: {cosa}.{fin}",
        "{quien}gracias por su compra. Factura {ref}.{fin}",
    ],
    "delivery": [
        "{who}your {thing} will be delivered {day} by {time}.{end}",
        "{who}your package is out for delivery.{end}",
        "{who}your {thing} are ready for pickup until {day}.{end}",
        "{who}shipment {ref} arrives {day}. Track it: https://track.example.com/1{end}",
        "{quien}su paquete está en camino y llegará {dia}.{fin}",
        "{quien}sus {cosa} están listos; listo para recoger {dia}.{fin}",
        "{quien}entregado {hora} en la puerta.{fin}",
    ],
    "tip": [
        "{who}tip: clean your {thing} with a soft cloth.{end}",
        "{who}did you know? Your {thing} last longer when you wipe the dust off.{end}",
        "{who}for best results, rinse your {thing} first.{end}",
        "{quien}consejo: limpie sus {cosa} cada mes.{fin}",
        "{quien}¿sabía que sus {cosa} duran más si los guarda secos?{fin}",
    ],
    "poll": [
        "{who}how was your visit on {day}? Reply 1 to 5.{end}",
        "{who}on a scale of 1 to 10, how likely are you to recommend our {thing}?{end}",
        "{who}please rate our service from 1 to 5.{end}",
        "{quien}¿cómo estuvo su visita? Responda del 1 al 5.{fin}",
        "{quien}¿nos recomendaría? Responda SI o NO.{fin}",
    ],
    "announcement": [
        "{who}our office will be closed on {day}.{end}",
        "{who}due to the storm we close at {time} today.{end}",
        "{who}new hours from {day}: 8 to 5.{end}",
        "{who}the portal will be unavailable {day} for maintenance.{end}",
        "{quien}estaremos cerrados {dia}.{fin}",
        "{quien}nuevo horario a partir de {dia}.{fin}",
        "{quien}aviso: no habrá servicio por mantenimiento {dia}.{fin}",
    ],
    "reply": [
        "{who}sure, I can do that.{end}",
        "{who}yes, we have the {thing} in red. Do you want one?",
        "{who}I checked, the {thing} cost {money}.",
        "{who}sorry about that, I'll ask and let you know.",
        "{who}the {pct} discount was applied to your bill.",
        "{who}no, we don't have a sale on {thing} right now.",
        "{who}can you send me a photo of the {thing}?",
        "{quien}claro, con gusto.{fin}",
        "{quien}sí, tenemos {cosa}. ¿Quiere que le aparte?",
        "{quien}perdón, voy a preguntar y le aviso.",
        "{quien}el descuento ya se aplicó a su factura.",
    ],
    "promotion": [
        "{who}{pct} off all {thing} until {day}!{end}",
        "{who}sale on {thing}: save {money} when you buy now.{end}",
        "{who}last chance to get {pct} off. Shop now: https://shop.example.com{end}",
        "{who}use code SAVE20 for {money} off your next {thing}.{end}",
        "{who}new {thing} just landed, starting at {money}. Visit our store!{end}",
        "{who}your visit is {day} at {time}. PS: {thing} are {pct} off this week only!{end}",
        "{quien}{porciento} de descuento en {cosa} hasta el viernes.{fin}",
        "{quien}aproveche nuestra oferta especial en {cosa}, solo hoy.{fin}",
        "{quien}compre ya sus {cosa} y ahorre {porciento}.{fin}",
    ],
}
SEED = 20261126


def texts(each: int = 40) -> Iterator[tuple[str, str]]:
    """(type, text): `each` of every pattern."""
    chance = random.Random(SEED)  # noqa: S311 - no secrets
    for type, patterns in _TEXTS.items():
        for pattern in patterns:
            for _ in range(each):
                text = pattern.format(**{slot: chance.choice(choices) for slot, choices in _SLOTS.items()})
                yield type, text[:1].upper() + text[1:]
