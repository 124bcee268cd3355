"""An agent of a travel desk: it looks up customers and changes their bookings."""

from collections.abc import Iterator
from typing import Any

from contextkit import Event

from ..threads import NOUNS
from .agents import Call
from .desk import PLACES, POLICY, Case, TravelDesk


class Service(TravelDesk):
    """An agent of a travel desk: it looks up customers and changes their bookings."""

    def events(self) -> Iterator[Event]:
        """Give one customer after the other."""
        name = self.author.choice(NOUNS).title()
        yield Event("system", POLICY.format(name=name, day=self._date(), **self.fees))
        yield Event("user", "Hello, here is the desk. I have a list of customers for you.")
        yield from self.message("Welcome. Please give me the customer id or the booking id of the first one.")
        tasks = (self._move, self._move, self._move, self._add_bags, self._cancel, self._delay)
        while True:
            back = len(self.cases) > 3 and self.chance(0.25)
            case = self.far(self.cases, 0.45) if back else self._case()
            if back:
                self.cases.remove(case)
            self.cases.append(case)
            yield from self._open_again(case) if back else self._open(case)
            yield from self.author.choice(tasks)(case)
            self.note(*case.words())
            if self.chance(0.3):
                yield from self._ask_back()

    def _shown(self, case: Case) -> str:
        """Write a booking down, as it is now."""
        booking, customer = case.booking, case.customer
        lines = [f"- Booking: {booking['booking_id']} ({booking['cabin']}), case {case.number}"]
        lines += [
            f"- {leg['flight_number']}: {PLACES[leg['from']]} ({leg['from']}) to {PLACES[leg['to']]} "
            f"({leg['to']}) on {leg['date']} at {leg['leaves']}, {leg['price']}"
            for leg in booking["flights"]
        ]
        if self.chance(0.6):
            people = ", ".join(f"{one['name']} ({one['born']})" for one in booking["passengers"])
            lines.append(f"- Passengers: {people}")
        if self.chance(0.5):
            paid = "; ".join(f"{one['amount']} from {one['method']}" for one in booking["payments"][-3:])
            lines.append(f"- Paid: {paid}")
        if self.chance(0.4):
            lines.append(f"- Customer: {customer['customer_id']}, {customer['email']}, {customer['tier']}")
        lines.append(f"- Bags: {booking['bags']}; cover: {'yes' if booking['cover'] else 'no'}")
        return "\n".join(lines)

    def _open(self, case: Case) -> Iterator[Event]:
        """Let the user name a customer, and look at what there is."""
        id, booking = case.customer["customer_id"], case.booking["booking_id"]
        gives = self.one(f"The booking is {booking}.", "", f"It is {case.number}, booking {booking}.")
        told = self.author.prose(1.6) if self.chance(0.7) else ""
        start = self.one("Next is", "Now", "Please take")
        if self.chance(0.3):
            yield Event("user", f"{start} {case.name}. {told}".strip())
            yield from self.message(f"What is the id of {case.name}, or of the booking?" + self.recall(0.3))
            start, told = self.one("The id:", "Of course,"), ""
        yield Event("user", f"{start} {id}. {gives} {told}".strip())
        if gives and self.chance(0.5):
            calls: list[Call] = [("get_customer", {"customer_id": id})]
            yield from self.message("", *calls, ("get_booking", {"booking_id": booking}))
        else:
            yield from self.message("", ("get_customer", {"customer_id": id}))
            others = case.customer["bookings"] if self.chance(0.7) else [booking]
            calls = [("get_booking", {"booking_id": one}) for one in others]
            for batch in [calls] if self.chance(0.4) else [[call] for call in calls]:
                yield from self.message("", *batch)
        if self.chance(0.5):
            yield from self.message("", ("get_history", {"customer_id": id}))
        shown = self._shown(case)
        yield from self.message(
            f"This is what {case.name} has:\n{shown}\nWhat shall I do?" + self.recall(0.2)
        )

    def _open_again(self, case: Case) -> Iterator[Event]:
        """Let the user come back to a customer, whom the agent remembers."""
        id, booking = case.customer["customer_id"], case.booking["booking_id"]
        asks = (f"Back to {case.name}, please.", f"{case.number} once more.", f"{id} has written again.")
        yield Event("user", self.one(*asks))
        if self.chance(0.6):
            yield from self.message("", ("get_booking", {"booking_id": booking}))
        if self.chance(0.3):
            yield from self.message("What was it then?", ("get_history", {"customer_id": id}))
        shown = f"\n{self._shown(case)}" if self.chance(0.6) else ""
        yield from self.message(f"That was {id} with {booking}.{shown}\nWhat is it now?" + self.recall(0.2))

    def _small_talk(self, case: Case) -> Iterator[Event]:
        """Let the user ask for something else in between, which makes the agent wait."""
        if not self.chance(0.4):
            return
        fees, day = self.fees, case.booking["flights"][0]["date"]
        asks, says = self.author.choice(
            (
                ("What does a change cost?", f"By the policy {fees['change']} for each passenger."),
                ("And a bag?", f"A bag costs {fees['bag']}, free ones are not left for this cabin."),
                (
                    "Do they get money for the delay?",
                    f"A voucher of {fees['voucher']} each, with cover or tier.",
                ),
                ("One moment, they are on the phone.", f"I wait. {case.number} is still open."),
                (
                    "Who decides on big sums?",
                    f"Over {fees['limit']} it is APR-{fees['approval']} or the like.",
                ),
                ("Which day was that again?", f"It is on {day}, as booked."),
            )
        )
        yield Event("user", f"{asks} {self.author.sentence() if self.chance(0.4) else ''}".strip())
        yield from self.message(says + self.recall(0.4))

    def _payment(self, case: Case, amount: int) -> dict[str, Any]:
        return {"method": self.author.choice(list(case.customer["payment_methods"])), "amount": amount}

    def _yes(self, says: str, case: Case) -> Iterator[Event]:
        """Tell what will be done, and get a yes."""
        shown = f"\n\nThe booking as it is:\n{self._shown(case)}\n\n" if self.chance(0.5) else " "
        yield from self.message(f"{says}{shown}Shall I go on?" + self.recall(0.2))
        extra = f" for {case.booking['booking_id']}" if self.chance(0.2) else ""
        told = f" {self.author.prose(1.2)}" if self.chance(0.4) else ""
        yield Event("user", self.one("Yes", "Yes, please", "Go on", "Confirmed") + f"{extra}.{told}")

    def _offers(self, case: Case) -> Iterator[Event]:
        """Search flights until the user likes one day's."""
        old, cabin = case.booking["flights"][0], case.booking["cabin"]
        origin, target = old["from"], old["to"]
        for turn in range(self.author.choice((1, 1, 2, 3))):
            date = self._date()
            asked = f"{PLACES[origin]} to {PLACES[target]} on {date}"
            first = (f"Move {old['flight_number']}: {asked}.", f"They want {asked}.")
            yield Event(
                "user", self.one(*first) if not turn else self.one(f"What about {date}?", f"And {date}?")
            )
            trip = {"origin": origin, "target": target, "date": date}
            yield from self.message("", ("search_flights", trip))
            case.offered = self.flights[origin, target, date]
            lines = [
                f"{number}. {one['flight_number']}, {one['leaves']} to {one['arrives']}: {cabin} "
                f"{one['prices'][cabin]}, {one['seats'][cabin]} seats, {one['state']}"
                for number, one in enumerate(case.offered[:8], 1)
            ]
            told = "\n".join(lines)
            yield from self.message(
                f"From {origin} to {target} on {date} there are:\n{told}" + self.recall(0.2)
            )

    def _move(self, case: Case) -> Iterator[Event]:
        """Change a flight: offer, calculate, ask, pay; the sum is wrong sometimes."""
        booking, old, fee = case.booking, case.booking["flights"][0], self.fees["change"]
        yield from self._offers(case)
        yield from self._small_talk(case)
        flight = self.author.choice(case.offered)
        number, date, price = flight["flight_number"], flight["date"], flight["prices"][booking["cabin"]]
        due, people = self._due(booking, flight), len(booking["passengers"])
        takes = (f"Take {number}.", f"The one at {flight['leaves']}.", "The one that I said first.")
        yield Event("user", self.one(*takes))
        if self.chance(0.6):
            yield from self.message("", ("calculate", {"expression": f"{price} - {old['price']}"}))
        if self.chance(0.5):
            yield from self.message("", ("calculate", {"expression": f"{due // people} * {people}"}))
        wrong = self.chance(0.3)
        payment = self._payment(case, due - fee if wrong else due)
        arguments = {
            "booking_id": booking["booking_id"],
            "flights": [{"flight_number": number, "date": date}],
            "passengers": booking["passengers"],
            "payment": payment,
        }
        says = (
            f"{booking['booking_id']}: {old['flight_number']} on {old['date']} becomes {number} on {date}, "
        )
        yield from self._yes(f"{says}and {payment['amount']} is taken from {payment['method']}.", case)
        yield from self.message("", ("change_flights", arguments))
        if wrong:
            thought = (
                f"The change of {booking['booking_id']} costs {fee} for each of {people}. "
                f"{payment['amount']} left that out, {due} is right, as {number} is {price}."
            )
            yield from self.message("", ("think", {"thought": thought}))
            yield from self._yes(f"With the fee of {fee} it is {due} from {payment['method']}.", case)
            payment = {**payment, "amount": due}
            yield from self.message("", ("change_flights", {**arguments, "payment": payment}))
        yield from self.message(
            f"{case.name} flies with {number} now; {due} was taken from {payment['method']}.\n"
            + self._shown(case)
            + self.recall(0.25)
        )

    def _add_bags(self, case: Case) -> Iterator[Event]:
        id, more, fee = case.booking["booking_id"], self.author.randint(1, 3), self.fees["bag"]
        bags = case.booking["bags"] + more
        yield Event("user", self.one(f"They need {bags} bags in all.", f"Add bags to {id}, {bags} in all."))
        payment = self._payment(case, fee * more)
        yield from self.message("", ("calculate", {"expression": f"{fee} * {more}"}))
        yield from self._small_talk(case)
        yield from self._yes(
            f"{id} will have {bags} bags: {payment['amount']} from {payment['method']}.", case
        )
        yield from self.message("", ("update_bags", {"booking_id": id, "bags": bags, "payment": payment}))
        yield from self.message(f"Done:\n{self._shown(case)}" + self.recall(0.3))

    def _cancel(self, case: Case) -> Iterator[Event]:
        id, fees, customer = case.booking["booking_id"], self.fees, case.customer["customer_id"]
        why = self.one("someone is ill", "plans have changed", "the weather")
        yield Event("user", f"They want to cancel, {why}. {self.author.sentence()}")
        method = case.booking["payments"][0]["method"]
        yield from self._yes(f"I cancel {id} and pay back to {method} in {fees['refund']} days.", case)
        yield from self.message("", ("cancel_booking", {"booking_id": id, "reason": why}))
        if case.booking["state"] == "cancelled":
            case.booking = self._book(case.customer)
            yield Event("user", f"They have booked anew, {case.booking['booking_id']}. Is that all right?")
            new: Call = ("get_booking", {"booking_id": case.booking["booking_id"]})
            yield from self.message(f"{id} is cancelled, I look at the new one.", new)
            yield from self.message(f"Yes, instead of {id} there is:\n{self._shown(case)}")
            return
        passed = {
            "booking_id": id,
            "queue": fees["queue"],
            "summary": f"{customer} wants to cancel {id}: {why}.",
        }
        yield from self.message(f"{id} cannot be cancelled, it is basic.", ("hand_over", passed))
        yield from self.message(f"{id} of {customer} waits in {fees['queue']} now." + self.recall(0.2))

    def _delay(self, case: Case) -> Iterator[Event]:
        """Give a voucher for a flight that was late."""
        flight, fee, id = case.booking["flights"][-1], self.fees["voucher"], case.customer["customer_id"]
        number, people = flight["flight_number"], len(case.booking["passengers"])
        yield Event("user", f"{number} was late and {case.name} complains. {self.author.prose(1)}")
        yield from self.message("", ("calculate", {"expression": f"{fee} * {people}"}))
        yield from self._small_talk(case)
        yield from self._yes(f"{id} gets {fee * people} for {number} on {flight['date']}.", case)
        yield from self.message("", ("issue_voucher", {"customer_id": id, "amount": fee * people}))
        voucher = next(reversed(case.customer["payment_methods"]))
        says = f"{id} has {voucher} of {fee * people} now, for {number} ({case.number})."
        yield from self.message(says + self.recall(0.3))

    def _ask_back(self) -> Iterator[Event]:
        """Let the user ask for something of an earlier case."""
        case = self.far(self.cases, 0.4)
        flight, id = case.booking["flights"][0], case.booking["booking_id"]
        asks = (f"When does {case.name} fly?", f"The booking of {case.name}?", f"Is {case.number} done?")
        yield Event("user", f"By the way: {self.one(*asks)}")
        if self.chance(0.3):
            yield from self.message("", ("get_booking", {"booking_id": id}))
        says = f"{case.name}: {id}, {flight['flight_number']} on {flight['date']} ({case.number})."
        yield from self.message(says)
