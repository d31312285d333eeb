# The report function: the value of the stock, from the prices of one service and the counts of another.
from brine import App, Fetch

app = App()
PRICES, COUNTS = {"coffee": "7.90", "tea": "3.25"}, {"coffee": "12", "tea": "40"}  # the services echo the query


@app.get("/report", freshness_lifetime="1m", grace="10m", tags=["prices", "counts"])
def report(fetch: Fetch) -> dict[str, float]:
    services = fetch.all(("prices", "", {"query": PRICES}), ("counts", "", {"query": COUNTS}))
    prices, counts = (service.json()["args"] for service in services)
    return {product: round(float(prices[product]) * int(counts[product]), 2) for product in prices}


handler = app.handler
