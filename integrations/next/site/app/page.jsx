import Image from 'next/image';

export default function Page() {
  return <Image src="https://images.example.com/photo.jpg" width={800} height={450} alt="A waterfall" />;
}
