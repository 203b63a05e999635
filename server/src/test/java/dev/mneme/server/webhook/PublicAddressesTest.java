package dev.mneme.server.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.255.255.254",
                "0.0.0.0",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "100.127.255.255",
                "192.0.0.8",
                "198.18.0.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "fe80::1",
                "febf::1",
                "fec0::1",
                "fc00::1",
                "fdff::1",
                "ff02::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b::a00:1",
                "2002:7f00:1::",
                "2002:a00:1::1",
                "2001:0:a00:1::",
                "2001:db8::1",
                "2001:0:101:101::1",
                "::1.1.1.1",
                "1::1",
                "400::1",
                "64:ff9b:2::1",
                "4000::1",
                "e000::1",
                "3fff::1"
            })
    void theServersOwnNetworkIsNotPublic(String address) throws UnknownHostException {
        assertThat(PublicAddresses.contains(InetAddress.getByName(address))).isFalse();
        assertThat(PublicAddresses.looksPrivate(address.contains(":") ? "[" + address + "]" : address))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "169.253.0.1",
                "192.167.0.1",
                "192.169.0.1",
                "198.17.0.1",
                "223.255.255.254",
                "2606:4700::1111",
                "64:ff9b::101:101",
                "2001:1::1",
                "3ffe:ffff::1",
                "2002:101:101::1"
            })
    void theRestIs(String address) throws UnknownHostException {
        assertThat(PublicAddresses.contains(InetAddress.getByName(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST", "a.localhost"})
    void someNamesAreKnownToBeInside(String host) {
        assertThat(PublicAddresses.looksPrivate(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.org", "10.example.org", "localhost.example.org"})
    void ofOthersNothingCanBeSaidByName(String host) {
        assertThat(PublicAddresses.looksPrivate(host)).isFalse();
    }
}
