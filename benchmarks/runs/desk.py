"""A travel desk: a policy, customers, bookings and flights."""

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from ..threads import NOUNS
from .agents import OLD_TOPICS, Run, ToolError

PLACES = dict(
    pair.split(maxsplit=1)
    for pair in (
        *("AVH Arvenhold", "BRM Brimmet", "CQS Caquessa", "DUL Dulvern", "EKV Ekvara", "FNT Fontrey"),
        *("GOM Gommern Bay", "HXL Hexley", "IVR Ivrana", "JUP Juppel", "KLD Kaldur", "LQN Lequin"),
    )
)
_FIRST = (
    *("mara", "tobin", "ilse", "yorick", "sanne", "petra"),
    *("odo", "linnea", "karim", "vesna", "bruno", "aiko"),
)
_LAST = (
    *("lund", "ferrow", "quist", "halloran", "dembele", "ostrow"),
    *("vanterpool", "ruiz", "sato", "brandt", "eze", "moreau"),
)
CABINS = ("basic", "standard", "business")
POLICY = """# Policy of the {name} travel desk

It is {day}. You help the colleagues of the travel desk, who write for their customers.

- Before a tool changes a booking, list what it will change, with ids, dates and prices, and wait for a yes.
- Say nothing that neither the user nor a tool has told you, and give no advice of your own.
- A request against this policy is turned down; what no tool can do goes to a person with hand_over.

## Words

- A customer has an id, an email, a date of birth, payment methods, a tier (plain, silver, gold) and bookings.
- A booking has an id, a customer, flights, passengers, a cabin, bags, payments and maybe a cover.
- A flight has a number, two places, times, and for each date seats and prices in each cabin.

## Changes

- Basic bookings cannot be changed, but they can be cancelled within 24 hours of being made.
- A change costs {change} for each passenger, and the difference of the prices; gold customers pay no fee.
- The places of a trip stay as they are. The cabin must be the same on all flights of a booking.
- A booking with a flight that is over is never changed. Use the code {code} for a change after delays.

## Bags and cover

- A bag costs {bag}. Plain customers have none free in basic, one in standard and two in business.
- Silver customers have one more, gold customers two more. No booking has more than nine bags.
- A cover costs {cover} for each passenger and pays back everything for reasons of health or weather.

## Money

- A booking is paid with at most one voucher, one card and three gift cards, all of them known before.
- What is left of a voucher is lost. A refund goes to where the money came from, within {refund} days.
- A late flight gives a voucher of {voucher} for each passenger, if the customer asks and has a tier.
- Sums over {limit} need the desk's approval id, such as APR-{approval}, which the user gives.

## Handing over

- Groups of more than nine, animals, and what needs a doctor's word go to queue {queue}.
- So do complaints that have been closed once. Name the booking and what has been tried.
"""


@dataclass(slots=True, eq=False)
class Case:
    """A customer with a booking, as the desk has it in hand."""

    customer: dict[str, Any]
    booking: dict[str, Any]
    number: str
    offered: list[dict[str, Any]] = field(default_factory=list)

    def words(self) -> list[str]:
        """Give what the agent may name of it later."""
        booking = self.booking
        legs = [text for flight in booking["flights"] for text in (flight["flight_number"], flight["date"])]
        paid = [payment["method"] for payment in booking["payments"]]
        return [self.customer["customer_id"], booking["booking_id"], self.number, *legs, *paid]

    @property
    def name(self) -> str:
        """The customer's name, in full."""
        return f"{self.customer['name']['first']} {self.customer['name']['last']}"


def leg(flight: dict[str, Any], cabin: str) -> dict[str, Any]:
    """Give a flight as it stands in a booking."""
    leg = {key: flight[key] for key in ("flight_number", "from", "to", "date", "leaves")}
    return leg | {"price": flight["prices"][cabin]}


class TravelDesk(Run):
    """An agent of a travel desk: it looks up customers and changes their bookings."""

    hurdles = ("{name}: the booking system does not answer", "503 from {name}: try again in a moment")

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.cases: deque[Case] = deque(maxlen=OLD_TOPICS)
        self.customers: dict[str, dict[str, Any]] = {}
        self.bookings: dict[str, dict[str, Any]] = {}
        self.flights: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        author = self.author
        self.fees: dict[str, Any] = {
            "change": author.randint(110, 195),
            "bag": author.randint(21, 64),
            "cover": author.randint(17, 48),
            "refund": author.randint(4, 14),
            "voucher": author.randint(160, 290),
            "limit": author.randint(1_500, 4_000),
            "approval": author.randint(10_000, 99_999),
            "queue": f"Q-{author.randint(100, 999)}",
            "code": f"WX{author.randint(100, 999)}",
        }
        self.rules = [
            f"A change costs {self.fees['change']} for each passenger.",
            f"A bag costs {self.fees['bag']}, by the policy.",
            f"The cover is {self.fees['cover']} for each passenger.",
            f"The voucher for a delay is {self.fees['voucher']} for each passenger.",
            f"Over {self.fees['limit']} I need an approval such as APR-{self.fees['approval']}.",
            f"Otherwise it goes to {self.fees['queue']}.",
            f"After delays the code is {self.fees['code']}.",
        ]
        self.tools = {
            "get_customer": self._get_customer,
            "get_booking": self._get_booking,
            "get_history": self._get_history,
            "search_flights": self._search_flights,
            "change_flights": self._change_flights,
            "update_bags": self._update_bags,
            "cancel_booking": self._cancel_booking,
            "issue_voucher": self._issue_voucher,
            "calculate": self._calculate,
            "think": self._think,
            "hand_over": self._hand_over,
        }

    # The world

    def _date(self) -> str:
        return f"2026-{self.author.randint(4, 9):02d}-{self.author.randint(1, 28):02d}"

    def _id(self) -> str:
        while (id := "".join(self.author.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=6))).isalpha():
            pass
        return id

    def _case(self) -> Case:
        """Make a customer with one to three bookings."""
        author = self.author
        first, last, number = author.choice(_FIRST), author.choice(_LAST), author.randint(1_000, 9_999)
        card = {"brand": "Velo", "last_four": str(author.randint(1_000, 9_999))}
        payments: dict[str, dict[str, Any]] = {f"card_{author.randint(1_000_000, 9_999_999)}": card}
        for kind in ("voucher", "gift_card"):
            if self.chance(0.6):
                payments[f"{kind}_{author.randint(1_000_000, 9_999_999)}"] = {
                    "amount": author.randint(40, 400)
                }
        customer: dict[str, Any] = {
            "customer_id": f"{first}_{last}_{number}",
            "name": {"first": first.title(), "last": last.title()},
            "email": f"{first}.{last}{number}@mail.example",
            "phone": f"555-{author.randint(1_000, 9_999)}",
            "born": self._birthday(),
            "address": {
                "street": f"{author.randint(2, 300)} {author.choice(NOUNS).title()} Street",
                "place": author.choice(list(PLACES.values())),
                "postcode": str(author.randint(10_000, 99_999)),
            },
            "tier": author.choice(("plain", "plain", "silver", "gold")),
            "member_since": author.time()[:10],
            "payment_methods": payments,
            "bookings": [],
            "notes": author.prose(1.3),
        }
        self._keep(self.customers, customer["customer_id"], customer)
        bookings = [self._book(customer) for _ in range(author.choice((1, 1, 2, 3)))]
        return Case(customer, bookings[0], f"CASE-{author.randint(10_000, 99_999)}")

    def _birthday(self) -> str:
        author = self.author
        return f"19{author.randint(50, 99)}-{author.randint(1, 12):02d}-{author.randint(1, 28):02d}"

    def _keep(self, store: dict[Any, Any], key: Any, value: Any) -> None:
        store[key] = value
        if len(store) > 300:
            del store[next(iter(store))]

    def _book(self, customer: dict[str, Any]) -> dict[str, Any]:
        author, last, cabin = self.author, customer["name"]["last"], self.author.choice(CABINS)
        origin, target = author.sample(list(PLACES), 2)
        flights = [self._flight(origin, target, self._date())]
        if self.chance(0.6):
            flights.append(self._flight(target, origin, self._date()))
        names = [customer["name"]["first"], *author.sample(_FIRST, author.choice((0, 0, 1, 2)))]
        paid = {
            "method": next(iter(customer["payment_methods"])),
            "amount": sum(flight["prices"][cabin] for flight in flights) * len(names),
        }
        booking = {
            "booking_id": self._id(),
            "customer_id": customer["customer_id"],
            "state": "booked",
            "cabin": cabin,
            "flights": [leg(flight, cabin) for flight in flights],
            "passengers": [{"name": f"{name.title()} {last}", "born": self._birthday()} for name in names],
            "payments": [paid],
            "bags": author.randint(0, 3),
            "cover": self.chance(0.4),
            "made_at": author.time(),
        }
        customer["bookings"].append(booking["booking_id"])
        del customer["bookings"][:-4]
        self._keep(self.bookings, booking["booking_id"], booking)
        return booking

    def _flight(self, origin: str, target: str, date: str) -> dict[str, Any]:
        author, hour = self.author, self.author.randint(5, 20)
        return {
            "flight_number": f"NQ{author.randint(100, 9_999)}",
            "from": origin,
            "to": target,
            "date": date,
            "leaves": f"{hour:02d}:{author.choice(('00', '15', '30', '45'))}",
            "arrives": f"{hour + author.randint(1, 3):02d}:{author.choice(('05', '20', '35', '50'))}",
            "operated_by": author.choice(("Nordquell Air", "Nordquell Regional")),
            "terminal": author.randint(1, 4),
            "state": author.choice(("open", "open", "open", "late")),
            "seats": {cabin: author.randint(0, 19) for cabin in CABINS},
            "prices": {cabin: author.randint(110, 190) * (number + 1) for number, cabin in enumerate(CABINS)},
        }

    # The tools

    def _get_customer(self, customer_id: str) -> dict[str, Any]:
        if customer_id not in self.customers:
            raise ToolError(f"no customer {customer_id}")
        return self.customers[customer_id]

    def _get_booking(self, booking_id: str) -> dict[str, Any]:
        if booking_id not in self.bookings:
            raise ToolError(f"no booking {booking_id}")
        return self.bookings[booking_id]

    def _get_history(self, customer_id: str) -> dict[str, Any]:
        """Give what was said and done for the customer before, which may be long."""
        author, bookings = self.author, self._get_customer(customer_id)["bookings"]
        entries = [
            {
                "at": author.time(),
                "by": author.choice(("desk", "agent", "web", "phone")),
                "booking_id": author.choice(bookings),
                "what": author.choice(("question", "change", "complaint", "payment")),
                "text": author.prose(1.6),
            }
            for _ in range(min(60, author.lines(18)))
        ]
        return {"customer_id": customer_id, "entries": entries}

    def _search_flights(self, origin: str, target: str, date: str) -> list[dict[str, Any]]:
        trip = origin, target, date
        if trip not in self.flights:
            found = [self._flight(*trip) for _ in range(self.author.choice((1, 2, 3, 4, 6, 8, 18)))]
            self._keep(self.flights, trip, found)
        return self.flights[trip]

    def _change_flights(
        self,
        booking_id: str,
        flights: list[dict[str, str]],
        passengers: list[dict[str, str]],
        payment: dict[str, Any],
    ) -> dict[str, Any]:
        booking = self._get_booking(booking_id)
        old = booking["flights"][0]
        found = self._search_flights(old["from"], old["to"], flights[0]["date"])
        flight = next((one for one in found if one["flight_number"] == flights[0]["flight_number"]), None)
        if flight is None:
            raise ToolError(f"{flights[0]['flight_number']} does not fly on {flights[0]['date']}")
        due = self._due(booking, flight)
        if payment["amount"] != due:
            raise ToolError(f"payment does not add up: {booking_id} needs {due}, not {payment['amount']}")
        booking["flights"][0] = leg(flight, booking["cabin"])
        booking["payments"].append({"method": payment["method"], "amount": due})
        return booking

    def _due(self, booking: dict[str, Any], flight: dict[str, Any]) -> int:
        more = flight["prices"][booking["cabin"]] - booking["flights"][0]["price"] + self.fees["change"]
        return int(more * len(booking["passengers"]))

    def _update_bags(self, booking_id: str, bags: int, payment: dict[str, Any]) -> dict[str, Any]:
        booking = self._get_booking(booking_id)
        booking["bags"] = bags
        return {key: booking[key] for key in ("booking_id", "bags", "cabin")} | {"paid": payment}

    def _cancel_booking(self, booking_id: str, reason: str) -> dict[str, Any]:
        booking = self._get_booking(booking_id)
        if booking["cabin"] == "basic" and not booking["cover"]:
            raise ToolError(f"{booking_id} is basic and has no cover: it cannot be cancelled")
        booking["state"] = "cancelled"
        return booking

    def _issue_voucher(self, customer_id: str, amount: int) -> dict[str, Any]:
        id = f"voucher_{self.author.randint(1_000_000, 9_999_999)}"
        self._get_customer(customer_id)["payment_methods"][id] = {"amount": amount}
        return {"voucher_id": id, "amount": amount, "customer_id": customer_id}

    def _calculate(self, expression: str) -> float:
        first, sign, second = re.split(r" ([-+*]) ", expression)
        return float(int(first) * int(second) if sign == "*" else int(first) + int(sign + second))

    def _think(self, thought: str) -> str:
        return ""

    def _hand_over(self, booking_id: str, queue: str, summary: str) -> str:
        return f"{booking_id} now waits in {queue}."
