"""The thread that ships with contextkit: a deployment agent at work."""

from importlib import resources

from ..threads import Thread


def deployment() -> Thread:
    """Give the thread: about 90 events with long results, a repeated error and a person's answers.

    >>> deployment()[-1].type
    'get_pod_status'
    """
    return Thread.from_json(resources.files(__name__).joinpath("deployment.json").read_bytes())
