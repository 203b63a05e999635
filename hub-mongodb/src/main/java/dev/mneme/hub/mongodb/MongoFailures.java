package dev.mneme.hub.mongodb;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoConnectionPoolClearedException;
import com.mongodb.MongoException;
import com.mongodb.MongoExecutionTimeoutException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoNodeIsRecoveringException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoServerUnavailableException;
import com.mongodb.MongoSocketOpenException;
import com.mongodb.MongoSocketReadTimeoutException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteConcernException;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.util.Locale;
import org.bson.BSONException;
import org.bson.BsonMaximumSizeExceededException;

/// Says in an operator's words why a call failed. Nothing of the driver's own message is repeated: it may name users.
final class MongoFailures {
    static final int DUPLICATE_KEY = 11_000;
    static final int UNAUTHORIZED = 13;
    static final int AUTHENTICATION_FAILED = 18;
    private static final int NOT_WRITABLE_PRIMARY = 10_107;
    private static final int TOO_LARGE = 10_334;
    private static final int TOO_LARGE_AFTER_UPDATE = 17_419;

    private MongoFailures() {}

    static MnemeException unavailable(String servers, RuntimeException cause) {
        return new MnemeException(
                ErrorCode.HUB_UNAVAILABLE, "MongoDB at " + servers + " " + sentence(cause), stripped(cause));
    }

    /// The driver's messages hold no passwords, but the causes are kept out of answers all the same: only what kind of
    /// failure it was is passed on.
    private static RuntimeException stripped(RuntimeException cause) {
        RuntimeException kind = new RuntimeException(cause.getClass().getSimpleName() + code(cause));
        kind.setStackTrace(cause.getStackTrace());
        return kind;
    }

    private static String code(RuntimeException cause) {
        return cause instanceof MongoException e && e.getCode() > 0 ? " (code " + e.getCode() + ")" : "";
    }

    static boolean isTooLarge(RuntimeException e) {
        if (e instanceof BsonMaximumSizeExceededException) {
            return true;
        }
        return e instanceof MongoException mongo
                && (mongo.getCode() == TOO_LARGE || mongo.getCode() == TOO_LARGE_AFTER_UPDATE);
    }

    private static String sentence(RuntimeException cause) {
        return switch (cause) {
            case MongoSecurityException e ->
                "refused the user or the password: check MONGODB_URL (and authSource in it).";
            case MongoNotPrimaryException e -> notPrimary();
            case MongoNodeIsRecoveringException e -> "is starting or recovering: wait, or look at its log.";
            case MongoInterruptedException e -> "was not waited for: this server is stopping.";
            case MongoSocketReadTimeoutException e -> "did not answer in time: it is overloaded, or the network is.";
            case MongoExecutionTimeoutException e -> "did not answer in time: it is overloaded.";
            case MongoWriteConcernException e ->
                "wrote, but too few members of its replica set confirmed it: see that a majority of them runs.";
            case MongoConnectionPoolClearedException e -> unreachable();
            case MongoServerUnavailableException e -> unreachable();
            case MongoTimeoutException e -> timeout(e);
            case MongoBulkWriteException e ->
                e.getWriteErrors().isEmpty()
                        ? "did not confirm a write by a majority of its members."
                        : ofCode(e.getWriteErrors().getFirst().getCode(), e);
            case MongoCommandException e -> ofCode(e.getErrorCode(), e);
            case MongoSocketOpenException e -> unreachable();
            case MongoException e -> e.getCode() > 0 ? ofCode(e.getCode(), e) : unreachable();
            case IllegalStateException e -> "is not asked any more: this server is stopping.";
            default -> "failed in a way that is not known (" + cause.getClass().getSimpleName() + ").";
        };
    }

    private static String unreachable() {
        return "cannot be reached: see that it runs, and that MONGODB_URL names its host and port.";
    }

    private static String notPrimary() {
        return "takes no writes now: it is not primary. If this lasts, see that a majority of its replica set runs.";
    }

    /// Of a server that is not selected, what the last try said is in the message alone.
    private static String timeout(MongoTimeoutException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("waiting for a connection to server")) {
            return "has no connection left for this server: raise MONGODB_MAX_POOL_SIZE, or find out what is slow.";
        }
        if (message.contains("Authentication failed") || message.contains("MongoSecurityException")) {
            return "refused the user or the password: check MONGODB_URL (and authSource in it).";
        }
        if (message.contains("ReadTimeout") || message.contains("SocketTimeoutException")) {
            return "did not answer in time: it is overloaded, or the network is.";
        }
        if (message.contains("WritableServerSelector") && message.contains("REPLICA_SET")) {
            return notPrimary();
        }
        return unreachable();
    }

    private static String ofCode(int code, MongoException e) {
        return switch (code) {
            case NOT_WRITABLE_PRIMARY, 13_435, 189, 91, 11_600, 11_602, 13_436 -> notPrimary();
            case UNAUTHORIZED -> isReadOnly(e) ? readOnly() : "does not allow this user to do that: give it readWrite.";
            case AUTHENTICATION_FAILED -> "refused the user or the password: check MONGODB_URL (and authSource in it).";
            case 20, 10_003, 14_031 -> readOnly();
            case 50, 262 -> "did not answer in time: it is overloaded.";
            case 64, 100 -> "did not confirm a write by a majority of its members in time.";
            default -> "answered with error " + code + ".";
        };
    }

    private static boolean isReadOnly(MongoException e) {
        return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("read only");
    }

    private static String readOnly() {
        return "is read only, or out of disk space: it takes no writes.";
    }

    static boolean isBson(RuntimeException e) {
        return e instanceof BSONException || e instanceof IllegalArgumentException;
    }
}
