<?php
// Signs URLs of letterbox: copy this file. PHP 7.4 or later.

/** The URL with its signature. The key is the first of SIGNING_KEYS, in hexadecimal digits. */
function letterbox_sign( string $url, string $key ): string {
	$names = array(
		// <aliases>, by `npm run docs`
		'g' => 'a',
		'gravity' => 'a',
		'position' => 'a',
		'background' => 'bg',
		'cbg' => 'bg',
		'brightness' => 'bri',
		'contrast' => 'con',
		'onerror' => 'default',
		'filename' => 'dl',
		'encoding' => 'enc',
		'extend' => 'ext',
		'output' => 'f',
		'format' => 'f',
		'fm' => 'f',
		'filter' => 'filt',
		'gamma' => 'gam',
		'height' => 'h',
		'interlace' => 'il',
		'lossless' => 'll',
		'mask-bg' => 'mbg',
		'metadata' => 'meta',
		'min-h' => 'mh',
		'modulate' => 'mod',
		'mask-trim' => 'mtrim',
		'min-w' => 'mw',
		'normalize' => 'normalise',
		'preset' => 'p',
		'padding' => 'pad',
		'pix' => 'pixelate',
		'quality' => 'q',
		'rotate' => 'ro',
		'url' => 's',
		'src' => 's',
		'saturation' => 'sat',
		'sharpen' => 'sharp',
		'txt-align' => 'txtalign',
		'txt-color' => 'txtcolor',
		'txtcolour' => 'txtcolor',
		'txt-fit' => 'txtfit',
		'txt-font' => 'txtfont',
		'txt-height' => 'txth',
		'txt-lead' => 'txtlead',
		'txt-lines' => 'txtlines',
		'txt-pos' => 'txtpos',
		'txt-shad' => 'txtshadow',
		'txt-size' => 'txtsize',
		'txt-width' => 'txtw',
		'txt-x' => 'txtx',
		'txt-y' => 'txty',
		'cb' => 'v',
		'width' => 'w',
		'wm2' => 'wmb',
		'wm3' => 'wmc',
		'wmopacity2' => 'wmopacityb',
		'wmopacity3' => 'wmopacityc',
		'wmpos2' => 'wmposb',
		'wmpos3' => 'wmposc',
		'wmscale2' => 'wmscaleb',
		'wmscale3' => 'wmscalec',
		'wmtile2' => 'wmtileb',
		'wmtile3' => 'wmtilec',
		'wmx2' => 'wmxb',
		'wmx3' => 'wmxc',
		'wmy2' => 'wmyb',
		'wmy3' => 'wmyc',
		// </aliases>
	);
	list( $address, $fragment ) = array_pad( explode( '#', $url, 2 ), 2, null );
	$given = array();
	foreach ( explode( '&', explode( '?', $address, 2 )[1] ?? '' ) as $pair ) {
		if ( '' !== $pair ) {
			list( $name, $value ) = array_map( 'urldecode', array_pad( explode( '=', $pair, 2 ), 2, '' ) );
			$given[]              = array( $names[ $name ] ?? $name, $value );
		}
	}
	$free  = in_array( 'widths', array_column( $given, 0 ), true ) ? array( 'w', 'dpr' ) : array();
	$pairs = array();
	foreach ( $given as list( $name, $value ) ) {
		if ( ! in_array( $name, $free, true ) ) {
			$pairs[] = $name . '=' . strtr( rawurlencode( $value ), array( '%21' => '!', '%2A' => '*', '%27' => "'", '%28' => '(', '%29' => ')' ) );
		}
	}
	sort( $pairs, SORT_STRING );
	$tag = hash_hmac( 'sha256', "v1\n" . implode( '&', $pairs ), hex2bin( $key ), true );
	return $address . '&sig=' . rtrim( strtr( base64_encode( $tag ), '+/', '-_' ), '=' ) . ( null === $fragment ? '' : '#' . $fragment );
}
