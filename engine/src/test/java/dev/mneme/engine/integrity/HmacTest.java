package dev.mneme.engine.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.SplittableRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

final class HmacTest {
    @Test
    void itIsHmacSha256() throws GeneralSecurityException {
        SplittableRandom random = new SplittableRandom(1);
        for (int length = 0; length < 200; length++) {
            byte[] key = new byte[1 + random.nextInt(64)];
            byte[] text = new byte[length];
            random.nextBytes(key);
            random.nextBytes(text);
            Hmac ours = new Hmac(key);
            MessageDigest message = ours.begin();
            message.update(text);
            Mac theirs = Mac.getInstance("HmacSHA256");
            theirs.init(new SecretKeySpec(key, "HmacSHA256"));
            assertThat(ours.mac(message)).isEqualTo(theirs.doFinal(text));
        }
    }
}
