"""What this process counts for Prometheus. Labels are few and bounded: never a path, an id or a tenant's name."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

REGISTRY = CollectorRegistry()
_requests = Counter("http_requests", "Requests answered", ["route", "status"], registry=REGISTRY)
_seconds = Histogram("http_request_seconds", "Time to answer", ["route"], registry=REGISTRY)


def observe(route: str, status: int, seconds: float) -> None:
    _requests.labels(route, f"{status // 100}xx").inc()
    _seconds.labels(route).observe(seconds)


def exposition() -> bytes:
    return generate_latest(REGISTRY)
