"""Ordinary texts of every kind in which there is nothing to find. One that is flagged costs somebody's time."""

import pytest

from compliance.detectors import scan

IN = """
ok see you at 5
can you move my appt to 3:30 on 10/12
call me at 415-555-0100 or 4155550101
my number is +1 (212) 555-0187, ask for Dee
my zip is 94105-1234
its my birthday tomorrow!
her birthday party is on 12/5/2026 at 3pm, 14 kids
is the card machine working
do you take amex or only cash
i owe you $20 for lunch
the total was $54.20, i gave 60
rent is $1,800 a month right
how much is a filling
order number 483920175 still not here
claim number 483920175 any news
VIN 1HGCM82633A004352
license plate 7ABC123, gray honda
meter reading 0048291
imei is 356938035643809
ISBN 9780306406157 in stock?
po 483920175 qty 12
my gym member number 483920
the code for the door is 4829
my flight is AA1234, lands 6:20, gate B12
i scored 702 on the test lol
1234 Main St apt 56, buzz 78
game starts at 7, section 114 row 12 seats 5-6
the model is WX-4839-20 serial 48392017
can you do 2 at 12:45 and 1 at 1:15?
my account was locked, call 18005551234
password reset link isnt working
i forgot my password again
whats the wifi password
my number in germany is +4915112345678
paint it #8a1c4a please
promo code SPRING25 not working
error code 50123 on the dryer
dress code is black tie?
i have a headache and im going to bed
do you treat migraines
he gave me a heart attack lol
im so ocd about my desk
positive vibes only
traffic is cancer today lol
i am positive it was tuesday
did the test drive go well
can my dog take benadryl
is the flu shot free
my kid has soccer at 5, running 10 late
blood orange soda x2 and a large
i have 40 bucks on me for lunch
can i pay half now, 200?
lost 12 lbs this month!!
3 large pizzas, 2 cokes, 45 mins?
my daughter scored 4 goals, 12-3 final
sin city 2 tickets pls
his bday is may 5
the pan is 12 inch
passport photos 2x2, how much
visa expired in 2024
savings of 20% lol sure
one two three testing
she said one thing, then two more, then three
¿a qué hora abren el 24?
mi pedido 48392017 no llega
bestellung 48392017 ist da?
das hat nie 100000 gekostet
tan solo 1500 pesos cada uno
compra pan 12 piezas y 500000 gracias
la carte est en panne, table pour 4 à 20h15
send MIX to 85069 to verify ur entry
1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
my dog has arthritis
ma commande 48392017 est perdue
"""
OUT = """
Your order #4556737586899855 has shipped
UPS 1Z999AA10123456784 arrives today by 8 PM
USPS 9400 1118 9956 1234 5678 90 is out for delivery
FedEx 449044304137821: signature needed
Your table for 4 at 7:30 is confirmed. Conf# 88392017
Use code SAVE20 for 20% off until 12/31/2026
Pickup code 4829. Show it at the counter.
Your locker code is 482913. Locker 12, open till 9.
Reset your password here: https://example.org/r/8Hh2kQ
Your card ending in 4242 was charged $53.10
Payment of $120.00 received. Thank you!
Now hiring! $18/hr + tips. Apply at jobs.example.org
Your balance for the cleaning is $85
Account 88392: your plumber is on the way
Flu shots available, walk in today
Diabetes awareness walk Saturday
Breast cancer awareness month: 10% of sales donated
New blog: living with diabetes
Your prescription is ready for pickup
Your results are available in the portal
Your lab work is scheduled for Monday 8am. Fast 12 hours.
Happy birthday! Enjoy 15% off until 12/31/2026
Delivery window 10-12. Driver: (555) 010-2233
Refund of $45.00 to card ending 4242 in 5-7 days
Reminder: rent of $1,200 is due on the 1st
Gift card balance: $25.00
You earned 500 points! Balance: 2,300
Rates as low as 5.9% on auto loans up to $40,000
Copay of $30 due at visit
Meeting ID: 883 2211 0099 Passcode: 483920
Parking code 48213 valid today
Get 20% off vitamins, B12 and D3 500 ct
Free blood pressure checks Saturday 9-12
Invoice 529-43-1187 is due 10/12
Raffle: you could win $5,000 cash. Text WIN to 87575
We'll never ask for your PIN or password.
Su orden 32128 está lista.
Dr. Stone is running 15 minutes late
"""


@pytest.mark.parametrize(
    ("direction", "texts"), [("in", IN.strip().splitlines()), ("out", OUT.strip().splitlines())], ids=["in", "out"]
)
def test_ordinary_texts_hold_nothing(direction: str, texts: list[str]) -> None:
    found = {
        text: [(finding.type, *(reason.rule for reason in finding.reasons)) for finding in findings]
        for text in texts
        if (findings := scan(text, direction="out" if direction == "out" else "in"))
    }

    assert not found


def test_a_days_small_talk_of_one_sender_holds_nothing() -> None:
    assert scan(IN.strip().splitlines()[:6]) == ()
    assert scan(["call me 415 555 0100", "zip 94105", "2 people"]) == ()
