"""Passes over a stream: live pages, then archived ones; windows; children within; parents one by one."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from integrations.connector.children import BatchChildren, EachChildren, parent_values
from integrations.connector.cursors import ask_from, is_older
from integrations.connector.errors import NotHere, RequestRefused, ScopeMissing
from integrations.connector.exchange import Exchange, Meter
from integrations.connector.lookups import Lookups
from integrations.connector.model import PageRule, Stream
from integrations.connector.records import Page, Record
from integrations.connector.responses import server_time
from integrations.connector.runs import Run
from integrations.connector.walk import Leaf, Walker
from listbackup.core.clock import now

Values = Mapping[str, Any]


class Passes:
    """Reads whole streams. Shared by a reader's threads: whatever changes belongs to the run."""

    def __init__(
        self, exchange: Exchange, lookups: Lookups, streams: Callable[[str], Stream], off: Callable[[str, str], None]
    ) -> None:
        self._exchange = exchange
        self._lookups = lookups
        self._streams = streams
        self._off = off

    def root(self, stream: Stream, state: dict[str, Any] | None, children: Collection[Stream]) -> Iterator[Page]:
        """A stream that stands alone, with those of its children that are read within it."""
        run, meter = Run.begin(stream, state, now()), Meter()
        readers = {child.name: self._children_reader(child) for child in children}
        group = _Group(readers)
        going = True
        while going:
            for leaf in self._leaves(run, {}, run.position, meter):
                if not group.pages:
                    group.before = run.checkpoint()
                ended = leaf.step is None or self._is_known(run, leaf)
                self._follow_clock(run, state, leaf)
                run.saw(leaf.records)
                run.counted(leaf.total)
                if leaf.step is not None and not ended:
                    run.position = leaf.step
                else:
                    going = run.advance()
                after = run.finished() if ended and not going else run.checkpoint()
                done = ended and not going
                group.pages.append(Page(stream.name, leaf.records, [], after, done, run.sweeps, **meter.take()))
                if ended or group.is_full:
                    yield from self._children(run, group, readers, meter)
                    yield from group.take()
                if ended:
                    break

    def inline(self, child: Stream, state: dict[str, Any] | None) -> Iterator[Page]:
        """A child alone: its parent's pass, of which only the child's pages are handed on."""
        assert child.parent is not None
        for page in self.root(self._streams(child.parent.stream), state, [child]):
            if page.stream == child.name:
                yield page
            else:
                yield replace(page, stream=child.name, records=[], absent=[])

    def own(self, stream: Stream, state: dict[str, Any] | None) -> Iterator[Page]:
        """A child with a pass of its own: its parents are listed, then read one by one."""
        run, meter = Run.begin(stream, state, now()), Meter()
        read = 0
        going = True
        while going:
            for values, key, outer in self._parents(run, stream, meter):
                try:
                    for page in self._of_parent(run, stream, values, key, outer, meter):
                        read += 1
                        yield page
                except ScopeMissing as error:
                    run.refuse(error)
                except NotHere:
                    if stream.parent is not None and not stream.parent.skip_missing:
                        raise
                run.after, run.parent, run.position = key, None, {}
            going = run.advance()
        if run.refused is not None and not read:
            raise run.refused
        yield Page(stream.name, [], [], run.finished(), True, run.sweeps, **meter.take())

    def _of_parent(
        self, run: Run, stream: Stream, values: Values, key: str, outer: dict[str, Any], meter: Meter
    ) -> Iterator[Page]:
        # The parent that a checkpoint stands in may be gone by now: its page mark is of no use to another one.
        position = run.position if run.parent == key else {}
        run.total = run.total if run.parent == key else None
        for leaf in self._leaves(run, values, position, meter):
            run.saw(leaf.records)
            run.counted(leaf.total)
            run.outer = outer
            ended = self._is_known(run, leaf)
            if leaf.step is None or ended:
                run.after, run.parent, run.position = key, None, {}
            else:
                run.parent, run.position = key, leaf.step
            yield Page(stream.name, leaf.records, [], run.checkpoint(), False, run.sweeps, **meter.take())
            if ended:
                break

    def _parents(self, run: Run, stream: Stream, meter: Meter) -> Iterator[tuple[Values, str, dict[str, Any]]]:
        """Parents after the checkpoint: their values, key, and the position of the parents' page they are on."""
        parent = stream.parent
        assert parent is not None
        skip = run.after
        if not parent.stream:
            names = list(parent.values)
            if parent.lookup:
                try:
                    names += self._lookups.get(parent.lookup, self._exchange.config, meter)
                except (ScopeMissing, NotHere) as error:
                    self._off(f"{stream.name}:{parent.lookup}", error.message)
            names = list(dict.fromkeys(names))
            first = names.index(skip) + 1 if skip in names else 0
            for name in names[first:]:
                parts = {f"parent.{index}": part for index, part in enumerate(name.split(":"), 1)}
                yield {"parent.value": name, **parts}, name, {}
            return
        for records, mark in self._pages_above(run, self._streams(parent.stream), run.outer, meter):
            keys = [record.key for record in records]
            if skip in keys:
                records = records[keys.index(skip) + 1 :]
                skip = None
            for record in records:
                yield parent_values(record), record.key, mark

    def _pages_above(
        self, run: Run, above: Stream, mark: dict[str, Any], meter: Meter
    ) -> Iterator[tuple[list[Record], dict[str, Any]]]:
        """Pages of live parents from `mark` on, each with its own mark: a position, and where the parents are children
        themselves `{"of": their parent's key, "outer": its mark, "page": position}`."""
        walker = self._walker(above, Run(above, True, run.started))
        if above.parent is None:
            yield from _marked(walker, {}, mark, meter, lambda position: position)
            return
        of, outer, start = mark.get("of"), mark.get("outer", {}), mark.get("page", {})
        for records, its_mark in self._pages_above(run, self._streams(above.parent.stream), outer, meter):
            keys = [record.key for record in records]
            # One that is gone by now is not waited for: its page is read anew.
            for record in records[keys.index(of) :] if of in keys else records:
                position = start if record.key == of else {}
                known = {"of": record.key, "outer": its_mark}
                try:
                    yield from _marked(walker, parent_values(record), position, meter, partial(_with_page, known))
                except NotHere:
                    continue
                except ScopeMissing as error:
                    run.refuse(error)
            of = None

    def _leaves(self, run: Run, values: Values, position: dict[str, Any], meter: Meter) -> Iterator[Leaf]:
        return self._walker(run.stream, run).pages({**values, **run.values()}, position, meter)

    def _walker(self, stream: Stream, run: Run) -> Walker:
        rule = stream.incremental
        request, page, records = stream.request, stream.page, stream.records
        chunks = stream.chunks
        if run.phase == "archived":
            assert stream.deletions.archived is not None
            request = stream.deletions.archived
        elif run.start is not None and rule is not None:
            request = rule.request or request
            page = rule.page or page
            records = rule.records if rule.records is not None else records
            chunks = chunks if rule.request is None else None
        page = _single(page) if stream.records_as == "one" else page
        return Walker(
            self._exchange,
            self._lookups,
            stream,
            request=request,
            page=page,
            records=records,
            deleted=run.phase == "archived",
            chunks=chunks,
        )

    def _is_known(self, run: Run, leaf: Leaf) -> bool:
        """Whether a walk from the newest on has reached what an earlier run saw."""
        rule = run.stream.incremental
        if rule is None or rule.style != "newest_first" or run.since is None or not leaf.records:
            return False
        floor = ask_from(rule, run.since)
        return all(is_older(rule, record.cursor, floor) for record in leaf.records)

    def _follow_clock(self, run: Run, state: dict[str, Any] | None, leaf: Leaf) -> None:
        """The platform's clock bounds the cursor, when it is behind ours."""
        if run.position or run.phase != "live" or (state and "run" in state):
            return
        theirs = server_time(leaf.response)
        if theirs is not None and dt.timedelta(0) < run.started - theirs < dt.timedelta(days=1):
            run.started = theirs

    def _children_reader(self, child: Stream) -> BatchChildren | EachChildren:
        assert child.parent is not None
        if child.parent.mode == "batch":
            return BatchChildren(self._exchange, self._lookups, child)
        return EachChildren(self._walker(child, Run(child, True, now())), child)

    def _children(
        self, run: Run, group: "_Group", readers: dict[str, BatchChildren | EachChildren], meter: Meter
    ) -> Iterator[Page]:
        parents = [record for page in group.pages for record in page.records]
        for name, reader in list(readers.items()):
            try:
                for page in reader.pages(parents, meter):
                    page.state = group.before
                    page.sweep = run.full and self._streams(name).deletions.sweep
                    yield page
            except (ScopeMissing, NotHere, RequestRefused) as error:
                # One refused child must not stop its parent; the run reports it.
                self._off(name, error.message)
                del readers[name]


def _marked(
    walker: Walker, values: Values, position: dict[str, Any], meter: Meter, mark: Callable[[Any], dict[str, Any]]
) -> Iterator[tuple[list[Record], dict[str, Any]]]:
    for leaf in walker.pages(values, position, meter):
        yield [record for record in leaf.records if not record.deleted], mark(position)
        position = leaf.step or {}


def _with_page(known: dict[str, Any], position: dict[str, Any]) -> dict[str, Any]:
    return {**known, "page": position}


class _Group:
    """Pages whose children are asked for together: a batch request takes more parents than a page has."""

    MOST_BYTES = 8 << 20

    def __init__(self, readers: Mapping[str, BatchChildren | EachChildren]) -> None:
        self._most = min((reader.size for reader in readers.values()), default=1)
        self.pages: list[Page] = []
        self.before: dict[str, Any] = {}

    @property
    def is_full(self) -> bool:
        """Whether another page as large as the largest would be too much for one request, or for memory."""
        counts = [len(page.records) for page in self.pages]
        if sum(counts) + max(counts) > self._most:
            return True
        return sum(len(record.raw) for page in self.pages for record in page.records) >= self.MOST_BYTES

    def take(self) -> list[Page]:
        taken, self.pages = self.pages, []
        return taken


def _single(page: PageRule) -> PageRule:
    return page if page.kind == "none" else PageRule()
