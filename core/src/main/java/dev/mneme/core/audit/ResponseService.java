package dev.mneme.core.audit;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.access.Writes;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.command.Written;
import dev.mneme.core.model.At;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.Role;
import dev.mneme.core.request.Limits;
import dev.mneme.core.request.MemoryChecks;
import dev.mneme.core.request.Names;
import dev.mneme.core.request.Positions;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreReads;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The response audit: records where answers came from, lists the records, adds them up and exports them for an
/// auditor. Reads include records that an instance made while it was `inspired`, since the user asks for its own data.
///
/// **Threads**: any number may call; calls block until the store has answered.
///
/// **Failures**: `MnemeException` alone. Another user's audit is `not_allowed`, and so is any audit for a key that is
/// restricted below users.
public final class ResponseService {
    private static final int EXPORT_PAGE = 500;

    private final Store store;
    private final Limits limits;
    private final Prices prices;
    private final MemoryChecks checks;

    public ResponseService(Store store, Limits limits, Prices prices) {
        this.store = store;
        this.limits = limits;
        this.prices = prices;
        this.checks = new MemoryChecks(limits);
    }

    /// Records an answer once.
    ///
    /// @return `NONE` when it was recorded before
    /// @throws MnemeException `version_conflict`, with the record that is there, when it has another hash for this
    ///     message of this chat
    public Written<ResponseSource> record(Caller caller, NewResponse response, @Nullable Idempotency idempotency) {
        Authorizer.require(caller, Role.WRITE);
        Authorizer.requireUser(caller, response.user());
        check(response);
        String instance = response.instanceId() == null ? caller.by().instance() : response.instanceId();
        Command command = new Command.RecordResponse(
                instance,
                response.chatId(),
                response.messageId(),
                response.mode(),
                response.sourceType(),
                response.provider(),
                response.model(),
                response.confidence(),
                response.responseHash(),
                response.metadata(),
                response.timestamp(),
                response.numbered());
        WriteResult result = Writes.one(store, caller, response.user(), idempotency, command);
        return Written.of(result, ResponseSource.class);
    }

    private void check(NewResponse response) {
        if (response.instanceId() != null) {
            Names.instance("instanceId", response.instanceId());
        }
        Names.check("chatId", response.chatId());
        Names.check("messageId", response.messageId());
        Names.check("provider", response.provider());
        Names.check("model", response.model());
        Names.check("responseHash", response.responseHash());
        Double confidence = response.confidence();
        if (confidence != null && !(confidence >= 0 && confidence <= 1)) {
            throw MnemeException.invalid("confidence", "confidence must be 0 to 1.");
        }
        checks.metadata(response.metadata());
    }

    /// @param next the cursor of the next page; null at the end
    public record Page(List<ResponseSource> items, @Nullable Long next, Position position) {}

    /// A page in the order of recording.
    ///
    /// @param newestFirst or the oldest first
    /// @param cursor the `next` of the page before, or null
    public Page list(
            Caller caller,
            Owner user,
            ResponseFilter filter,
            boolean newestFirst,
            @Nullable Long cursor,
            int limit,
            ReadOptions options) {
        StoreReads reads = readable(caller, user, options);
        if (limit < 1 || limit > limits.pageItems()) {
            throw MnemeException.invalid("limit", "limit must be 1 to " + limits.pageItems() + ".");
        }
        At<List<ResponseSource>> found = newestFirst
                ? reads.responses().newest(user, filter::matches, cursor, limit + 1)
                : reads.responses().list(user, filter::matches, cursor == null ? 0 : cursor, limit + 1);
        List<ResponseSource> items = found.value();
        if (items.size() <= limit) {
            return new Page(items, null, found.position());
        }
        List<ResponseSource> shown = items.subList(0, limit);
        return new Page(shown, shown.getLast().sequence(), found.position());
    }

    private StoreReads readable(Caller caller, Owner user, ReadOptions options) {
        Authorizer.require(caller, Role.READ);
        Authorizer.requireUser(caller, user);
        return Positions.reading(store, user, options, limits.positionWait());
    }

    /// The sums of what the filter matches, all as of one position.
    ///
    /// @throws MnemeException `too_large` when there are more than 10,000 groups
    public At<ResponseTotals> totals(
            Caller caller, Owner user, ResponseFilter filter, ResponseTotals.By by, ReadOptions options) {
        StoreReads reads = readable(caller, user, options);
        ResponseTotals.Adding adding = new ResponseTotals.Adding(by, prices);
        Position position = reads.responses()
                .list(user, source -> addIfMeant(adding, filter, source), 0, 1)
                .position();
        return new At<>(adding.totals(), position);
    }

    /// @return false: only the sums keep what was read
    private static boolean addIfMeant(ResponseTotals.Adding adding, ResponseFilter filter, ResponseSource source) {
        if (filter.matches(source)) {
            adding.add(source);
        }
        return false;
    }

    /// Begins to export the records that match the filter and exist by now, oldest first.
    public Export export(Caller caller, Owner user, ResponseFilter filter, ReadOptions options) {
        return new Export(readable(caller, user, options), user, filter);
    }

    /// The records that are still to be exported. Holds one page at a time. Used by one thread.
    public static final class Export {
        private final StoreReads reads;
        private final Owner user;
        private final ResponseFilter filter;
        private final Position upTo;
        private long after;
        private List<ResponseSource> before = List.of();

        private Export(StoreReads reads, Owner user, ResponseFilter filter) {
            this.reads = reads;
            this.user = user;
            this.filter = filter;
            this.upTo = reads.head(user);
        }

        /// All records of the export were written at or before this position.
        public Position position() {
            return upTo;
        }

        /// The next records; empty at the end.
        public List<ResponseSource> next() {
            before.forEach(Collected::left);
            List<ResponseSource> page = reads.responses()
                    .list(user, filter::matches, after, EXPORT_PAGE)
                    .value();
            List<ResponseSource> meant = page.stream()
                    .filter(source -> source.sequence() <= upTo.sequence())
                    .toList();
            after = meant.size() < page.size() || page.isEmpty()
                    ? Long.MAX_VALUE - 1
                    : page.getLast().sequence();
            before = page;
            return meant;
        }
    }
}
