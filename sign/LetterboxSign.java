// Signs URLs of letterbox: copy this file. Java 11 or later.

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public final class LetterboxSign {
    private static final Map<String, String> NAMES = Map.ofEntries(
        // <aliases>, by `npm run docs`
        Map.entry("g", "a"),
        Map.entry("gravity", "a"),
        Map.entry("position", "a"),
        Map.entry("background", "bg"),
        Map.entry("cbg", "bg"),
        Map.entry("brightness", "bri"),
        Map.entry("contrast", "con"),
        Map.entry("onerror", "default"),
        Map.entry("filename", "dl"),
        Map.entry("encoding", "enc"),
        Map.entry("extend", "ext"),
        Map.entry("output", "f"),
        Map.entry("format", "f"),
        Map.entry("fm", "f"),
        Map.entry("filter", "filt"),
        Map.entry("gamma", "gam"),
        Map.entry("height", "h"),
        Map.entry("interlace", "il"),
        Map.entry("lossless", "ll"),
        Map.entry("mask-bg", "mbg"),
        Map.entry("metadata", "meta"),
        Map.entry("min-h", "mh"),
        Map.entry("modulate", "mod"),
        Map.entry("mask-trim", "mtrim"),
        Map.entry("min-w", "mw"),
        Map.entry("normalize", "normalise"),
        Map.entry("preset", "p"),
        Map.entry("padding", "pad"),
        Map.entry("pix", "pixelate"),
        Map.entry("quality", "q"),
        Map.entry("rotate", "ro"),
        Map.entry("url", "s"),
        Map.entry("src", "s"),
        Map.entry("saturation", "sat"),
        Map.entry("sharpen", "sharp"),
        Map.entry("txt-align", "txtalign"),
        Map.entry("txt-color", "txtcolor"),
        Map.entry("txtcolour", "txtcolor"),
        Map.entry("txt-fit", "txtfit"),
        Map.entry("txt-font", "txtfont"),
        Map.entry("txt-height", "txth"),
        Map.entry("txt-lead", "txtlead"),
        Map.entry("txt-lines", "txtlines"),
        Map.entry("txt-pos", "txtpos"),
        Map.entry("txt-shad", "txtshadow"),
        Map.entry("txt-size", "txtsize"),
        Map.entry("txt-width", "txtw"),
        Map.entry("txt-x", "txtx"),
        Map.entry("txt-y", "txty"),
        Map.entry("cb", "v"),
        Map.entry("width", "w"),
        Map.entry("wm2", "wmb"),
        Map.entry("wm3", "wmc"),
        Map.entry("wmopacity2", "wmopacityb"),
        Map.entry("wmopacity3", "wmopacityc"),
        Map.entry("wmpos2", "wmposb"),
        Map.entry("wmpos3", "wmposc"),
        Map.entry("wmscale2", "wmscaleb"),
        Map.entry("wmscale3", "wmscalec"),
        Map.entry("wmtile2", "wmtileb"),
        Map.entry("wmtile3", "wmtilec"),
        Map.entry("wmx2", "wmxb"),
        Map.entry("wmx3", "wmxc"),
        Map.entry("wmy2", "wmyb"),
        Map.entry("wmy3", "wmyc")
        // </aliases>
    );

    private LetterboxSign() {}

    /** The URL with its signature. The key is the first of SIGNING_KEYS, in hexadecimal digits. */
    public static String sign(String url, String key) throws GeneralSecurityException {
        String[] parts = url.split("#", 2);
        String[] address = parts[0].split("\\?", 2);
        List<String[]> given = new ArrayList<>();
        for (String pair : (address.length > 1 ? address[1] : "").split("&")) {
            if (pair.isEmpty()) continue;
            String[] halves = pair.split("=", 2);
            String name = new String(decode(halves[0]), StandardCharsets.UTF_8);
            given.add(new String[] {NAMES.getOrDefault(name, name), encode(decode(halves.length > 1 ? halves[1] : ""))});
        }
        List<String> free = given.stream().anyMatch(pair -> pair[0].equals("widths")) ? List.of("w", "dpr") : List.of();
        String text = given.stream().filter(pair -> !free.contains(pair[0])).map(pair -> pair[0] + "=" + pair[1]).sorted().collect(Collectors.joining("&"));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(bytes(key), "HmacSHA256"));
        byte[] tag = mac.doFinal(("v1\n" + text).getBytes(StandardCharsets.UTF_8));
        String signed = parts[0] + "&sig=" + Base64.getUrlEncoder().withoutPadding().encodeToString(tag);
        return parts.length > 1 ? signed + "#" + parts[1] : signed;
    }

    /** Reads what a form would: a plus is a space, and a percent sign that encodes nothing stays. */
    private static byte[] decode(String text) {
        byte[] from = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < from.length; at++) {
            int high = at + 2 < from.length ? Character.digit(from[at + 1], 16) : -1;
            int low = high >= 0 ? Character.digit(from[at + 2], 16) : -1;
            if (from[at] == '%' && low >= 0) {
                out.write(high << 4 | low);
                at += 2;
            } else {
                out.write(from[at] == '+' ? ' ' : from[at]);
            }
        }
        return out.toByteArray();
    }

    /** Leaves what encodeURIComponent leaves. */
    private static String encode(byte[] value) {
        StringBuilder out = new StringBuilder();
        for (byte each : value) {
            char letter = (char) (each & 255);
            boolean isLeft = letter < 128 && (Character.isLetterOrDigit(letter) || "-_.!~*'()".indexOf(letter) >= 0);
            out.append(isLeft ? String.valueOf(letter) : String.format("%%%02X", each & 255));
        }
        return out.toString();
    }

    private static byte[] bytes(String digits) {
        byte[] key = new byte[digits.length() / 2];
        for (int at = 0; at < key.length; at++) key[at] = (byte) Integer.parseInt(digits.substring(2 * at, 2 * at + 2), 16);
        return key;
    }
}
