# frozen_string_literal: true

# Signs URLs of letterbox: copy this file. Ruby 2.7 or later.
require 'openssl'

module LetterboxSign
  NAMES = {
    # <aliases>, by `npm run docs`
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
    # </aliases>
  }.freeze

  # The URL with its signature. The key is the first of SIGNING_KEYS, in hexadecimal digits.
  def self.sign(url, key)
    address, fragment = url.b.split('#', 2)
    _, query = address.split('?', 2)
    given = query.to_s.split('&').reject(&:empty?).map do |pair|
      name, value = pair.split('=', 2).map { |text| decode(text) }
      [NAMES.fetch(name, name), value.to_s]
    end
    free = given.any? { |name, _| name == 'widths' } ? %w[w dpr] : []
    pairs = given.reject { |name, _| free.include?(name) }.map { |name, value| "#{name}=#{encode(value)}" }
    tag = OpenSSL::HMAC.digest('SHA256', [key].pack('H*'), "v1\n#{pairs.sort.join('&')}")
    signed = "#{address}&sig=#{[tag].pack('m0').tr('+/', '-_').delete('=')}"
    [signed, fragment].compact.join('#').force_encoding(url.encoding)
  end

  def self.decode(text)
    text.b.tr('+', ' ').gsub(/%\h\h/n) { |escape| escape[1, 2].hex.chr }
  end

  def self.encode(text)
    text.b.gsub(/[^A-Za-z0-9\-_.!~*'()]/n) { |byte| format('%%%02X', byte.ord) }
  end
end
